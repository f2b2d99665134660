// A ladder: several sell orders of one pool at rising prices, signed one after the other (web-ui.md §10.5).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { categoryName, sameAddress, type TagClass } from '../../model/domain';
import { EMPTY_SELL, ladder, poolOrder, tagOfClass } from '../../model/ticket';
import { newSalt, type OrderFields } from '../../model/orders';
import { publish } from '../../state/actions';
import { useBoot } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { Dialog } from '../../view/overlays';
import { Button, Notice, Select, TextField } from '../../view/ui';
import { SignSheet } from '../market/preflight';

const MOST = 20;
type Form = { from: string; to: string; rungs: string; volume: string; trust: string; category: string; tag: TagClass };
const EMPTY: Form = { from: '', to: '', rungs: '5', volume: '100', trust: '1', category: '0', tag: 'none' };

function problemOf(form: Form): string | null {
  const rungs = Number(form.rungs);
  if (!/^\d+$/.test(form.from) || !/^\d+$/.test(form.to)) return t`Prices are whole numbers of nRLC.`;
  if (BigInt(form.to) < BigInt(form.from)) return t`The ladder goes up: the last price is not below the first.`;
  if (!/^[1-9]\d*$/.test(form.rungs) || rungs < 2 || rungs > MOST) return t`A ladder has 2 to ${MOST} orders.`;
  if (!/^[1-9]\d*$/.test(form.volume)) return t`Each order sells at least one task.`;
  return null;
}

export function LadderDialog({ pool, owner, onClose }: { pool: string; owner: string | null; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [form, setForm] = useState<Form>(EMPTY);
  const [salt] = useState(newSalt);
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const set = (part: Partial<Form>): void => setForm((old) => ({ ...old, ...part }));
  const wrong = problemOf(form);
  const prices = wrong ? [] : ladder(form.from, form.to, Number(form.rungs));
  const drafts: OrderFields[] = prices.map((price) => poolOrder({ ...EMPTY_SELL, workerpool: pool, price, volume: form.volume, trust: form.trust }, price, Number(form.category), tagOfClass(form.tag), salt));
  const foreign = !wallet.signer ? t`Connect the wallet of the pool’s owner first.` : sameAddress(wallet.account, owner) ? null : t`Only the pool’s owner can sell its work.`;
  const go = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      for (const draft of drafts.slice(done)) {
        if (!(await publish(t`Limit order: sell ${{ volume: form.volume }} at ${{ price: draft.workerpoolprice ?? '' }}`, 'workerpool', draft, boot))) return;
        setDone((old) => old + 1);
      }
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Dialog open={!sheet} onClose={() => { if (!sheet) onClose(); }} title={t`Publish a ladder`} foot={<Button look="primary" onClick={() => setSheet(true)} why={wrong ?? foreign}><Trans>Continue</Trans></Button>}>
        <div className="pair"><TextField label={t`First price, nRLC`} required className="num" inputMode="numeric" value={form.from} onChange={(from) => set({ from: from.replace(/\D/g, '') })} /><TextField label={t`Last price, nRLC`} required className="num" inputMode="numeric" value={form.to} onChange={(to) => set({ to: to.replace(/\D/g, '') })} /></div>
        <div className="pair"><TextField label={t`Orders`} required className="num" inputMode="numeric" value={form.rungs} onChange={(rungs) => set({ rungs: rungs.replace(/\D/g, '') })} /><TextField label={t`Tasks each`} required className="num" inputMode="numeric" value={form.volume} onChange={(volume) => set({ volume: volume.replace(/\D/g, '') })} /></div>
        <div className="pair"><Select label={t`Category`} value={form.category} choices={boot.categories.map((each) => ({ value: String(each.id), label: categoryName(each) }))} onChange={(category) => set({ category })} /><TextField label={t`Trust`} className="num" inputMode="numeric" value={form.trust} onChange={(trust) => set({ trust: trust.replace(/\D/g, '') })} /></div>
        <Select label={t`Capabilities`} value={form.tag} choices={[{ value: 'none', label: t`none` }, { value: 'tee', label: t`enclave (TEE)` }, { value: 'gpu', label: 'GPU' }]} onChange={(tag) => set({ tag: tag as TagClass })} />
        {prices.length ? <p className="small muted"><Trans>Prices: {{ prices: prices.join(', ') }}. Each order is signed by itself.</Trans></p> : <p className="small muted">{wrong}</p>}
      </Dialog>
      <SignSheet open={sheet} kind="workerpool" order={drafts[Math.min(done, drafts.length - 1)] ?? null} action={plural(drafts.length - done, { one: 'Sign and publish #', other: 'Sign and publish #' })} busy={busy} problem={problem} onSign={() => void go()} onClose={() => setSheet(false)} />
      {done > 0 && problem ? <Notice tone="warning">{plural(done, { one: '# order is published already.', other: '# orders are published already.' })}</Notice> : null}
    </>
  );
}
