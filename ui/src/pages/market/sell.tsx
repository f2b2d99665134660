// Sell – fill market order and place limit order, for owners of workerpools (web-ui.md §6.6).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import type { Order, Resource } from '../../transport/api';
import { isAddress, isHash, NULL_ADDRESS, sameAddress } from '../../model/domain';
import { amountWithUnit, shortHash } from '../../model/format';
import { curl } from '../../model/commands';
import { answerOf, ladder, namesBuyer, poolOrder, subscriptionFile, tagOfClass, type SellForm } from '../../model/ticket';
import type { OrderFields } from '../../model/orders';
import { publish, sell } from '../../state/actions';
import { useApi, useBoot, useList } from '../../state/data';
import { labelStore } from '../../state/settings';
import { useStore } from '../../state/store';
import { signWhy, useWallet } from '../../state/wallet';
import { SignButton } from '../../view/wallet';
import { Button, Field, Notice, Select, TextField } from '../../view/ui';
import { saveFile } from '../../view/table';
import { ShowCommand } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { TrustField, VolumeField } from './fields';
import { draftStore, nextDraft, setDraft, setSell } from './drafts';
import { SignSheet } from './preflight';
import { stable } from './buy_market';
import type { Commodity } from './commodity';

/** A pool of somebody else, with its owner by label or address. */
function ownedBy(pool: Resource, labels: Record<string, string>): string {
  const name = pool.name.slice(0, 30) || shortHash(pool.address);
  const owner = labels[pool.owner.toLowerCase()] ?? shortHash(pool.owner);
  return t`${name}, of ${owner}`;
}

function PoolField({ value, onChange }: { value: string; onChange: (pool: string) => void }): ReactNode {
  const wallet = useWallet();
  const labels = useStore(labelStore);
  const mine = useList<Resource>(wallet.account ? '/v1/workerpools' : null, { owner: wallet.account, limit: 100 });
  const all = useList<Resource>('/v1/workerpools', { sort: '-runs', limit: 20 });
  const rows = mine.data?.items ?? [];
  const others = (all.data?.items ?? []).filter((each) => !sameAddress(each.owner, wallet.account));
  const only = rows.length > 0 && !rows.some((each) => each.address === value) ? rows[0]?.address : undefined;
  useEffect(() => {
    if (only) onChange(only);
  }, [only, onChange]);
  return (
    <Field label={t`Workerpool address`} required hint={wallet.account ? (rows.length ? t`pools that you own` : t`You own no workerpool: only its owner can sell its work.`) : t`Connect the wallet of the pool’s owner.`}>
      {({ id, describedBy }) => (
        <select id={id} className="select" aria-describedby={describedBy} value={value} onChange={(event) => onChange(event.target.value)}>
          {rows.length === 0 ? <option value=""><Trans>none</Trans></option> : null}
          {rows.map((each) => <option key={each.address} value={each.address}>{each.name.slice(0, 40) || each.address}</option>)}
          {others.length ? (
            <optgroup label={t`Only their owners can sell`}>
              {others.map((each) => <option key={each.address} value={each.address} disabled>{ownedBy(each, labels)}</option>)}
            </optgroup>
          ) : null}
        </select>
      )}
    </Field>
  );
}

function useSignState(): { sheet: boolean; busy: boolean; problem: string | null; done: ReactNode; open: () => void; close: () => void; run: (act: () => Promise<ReactNode | null>) => void } {
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [done, setDone] = useState<ReactNode>(null);
  const run = (act: () => Promise<ReactNode | null>): void => {
    setBusy(true);
    setProblem(null);
    act()
      .then((result) => {
        if (result === null) return;
        setDone(result);
        setSheet(false);
        nextDraft();
      })
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return { sheet, busy, problem, done, open: () => setSheet(true), close: () => setSheet(false), run };
}

export function SellMarket(): ReactNode {
  const { request, sell: form, salt } = useStore(draftStore);
  const boot = useBoot();
  const wallet = useWallet();
  const state = useSignState();
  const query = useApi<Order>(isHash(request) ? `/v1/requestorders/${request}` : null, {}, { liveMs: 5_000 });
  const order = query.data ?? null;
  const app = useList<Order>(order ? '/v1/apporders' : null, { app: order?.order.app, requester: order?.order.requester, workerpool: form.workerpool, limit: 1 });
  const datasetAddress = order && order.order.dataset !== NULL_ADDRESS ? order.order.dataset : null;
  const dataset = useList<Order>(datasetAddress ? '/v1/datasetorders' : null, { dataset: datasetAddress, app: order?.order.app, requester: order?.order.requester, limit: 1 });
  const volume = form.volume && order ? String(Math.min(Number(form.volume), order.remaining)) : form.volume;
  const draft: OrderFields | null = order && isAddress(form.workerpool) ? stable(salt, answerOf(order, form.workerpool, volume, salt)) : null;
  const appOrder = app.data?.items[0];
  const why = signWhy(wallet, boot.domain.chainId) ?? (!isHash(request) ? t`Click a bid in the book, or paste the hash of a request order.` : !order ? t`This request order is not known here.` : !isAddress(form.workerpool) ? t`You own no workerpool.` : !appOrder ? t`No open order of its app fits this request.` : order.remaining === 0 ? t`Nothing is left of this request.` : null);
  const submit = (): void =>
    state.run(async () => {
      if (!draft || !appOrder) return null;
      const matched = await sell(t`Sell ${volume} at market`, draft, request, appOrder.hash, dataset.data?.items[0]?.hash, boot);
      return matched ? <><Trans>Deal sealed. <Link to={`/deal/${matched.deal}` as never}>Open deal</Link></Trans></> : null;
    });
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()} aria-label={t`Sell, fill market order`}>
      <FormProblems />
      <TextField label={t`Request order hash`} required className="mono" placeholder={t`click a bid, or paste 0x…`} value={request} onChange={(hash) => setDraft({ request: hash.trim() })} hint={order ? t`pays up to ${{ price: amountWithUnit(order.price) }} a task, trust ${{ trust: order.order.trust ?? '0' }}, ${{ left: order.remaining }} left` : null} />
      <VolumeField value={form.volume} most={order?.remaining ?? null} onChange={(text) => setSell({ volume: text })} />
      <PoolField value={form.workerpool} onChange={setPool} />
      {state.done ? <Notice tone="success" inline>{state.done}</Notice> : null}
      <SignButton look="sell" to="sell" onClick={state.open} why={why}><Trans>Sell computation at market price</Trans></SignButton>
      <ShowCommand of={curl(location.origin, '/v1/match', { requestorder: request, workerpoolorder: draft ?? {}, apporder: appOrder?.hash ?? '' })} />
      <SignSheet open={state.sheet} kind="workerpool" order={draft} action={t`Sign and sell`} busy={state.busy} problem={state.problem} onSign={submit} onClose={state.close} />
    </form>
  );
}

const setPool = (workerpool: string): void => setSell({ workerpool });
const KINDS: { value: SellForm['kind']; label: string; hint: string }[] = [
  { value: 'public', label: t`public: anyone may buy`, hint: t`It stands in the book for everybody.` },
  { value: 'otc', label: t`OTC: for one requester`, hint: t`Only the account that you name can match it.` },
  { value: 'discount', label: t`discount: for a group`, hint: t`Only members of the group can match it: give it a lower price.` },
  { value: 'volume', label: t`discount: for volume`, hint: t`A cheaper order of a large volume beside your dearer ones: bags take the cheap tasks first.` },
  { value: 'subscription', label: t`subscription: tasks each period`, hint: t`Your scheduler renews an order for one buyer each period, until the last one.` },
];

function limitProblem(form: SellForm): string | null {
  if (!isAddress(form.workerpool)) return t`You own no workerpool.`;
  if (!/^\d+$/.test(form.price)) return t`Price must be a whole number of nRLC.`;
  if (!/^[1-9]\d*$/.test(form.volume)) return t`Volume must be at least 1.`;
  if (namesBuyer(form.kind) && !isAddress(form.requester)) return form.kind === 'discount' ? t`Name the group: the address of its contract.` : t`Name the requester: 0x and 40 digits.`;
  if (form.kind === 'subscription' && !/^[1-9]\d*$/.test(form.periodDays)) return t`A period has at least one day.`;
  if (form.kind === 'subscription' && !/^[1-9]\d*$/.test(form.periods)) return t`There is at least one period.`;
  return null;
}

/** How long a period is, how many there are, and what the pool's owner does with the file. */
function SubscriptionFields({ form }: { form: SellForm }): ReactNode {
  return (
    <>
      <div className="pair">
        <TextField label={t`Days a period`} required className="num" inputMode="numeric" value={form.periodDays} onChange={(text) => setSell({ periodDays: text.replace(/\D/g, '') })} />
        <TextField label={t`Periods`} required className="num" inputMode="numeric" value={form.periods} onChange={(text) => setSell({ periods: text.replace(/\D/g, '') })} />
      </div>
      <Notice tone="info" inline><Trans>The pool’s scheduler signs each period’s order itself, from the file that you save here; the buyer places one subscription for all of them.</Trans></Notice>
    </>
  );
}

export function SellLimit({ commodity }: { commodity: Commodity }): ReactNode {
  const { sell: form, salt } = useStore(draftStore);
  const boot = useBoot();
  const wallet = useWallet();
  const state = useSignState();
  const steps = Math.min(50, Math.max(1, Number(form.steps) || 1));
  const wrong = limitProblem(form);
  const renewed = form.kind === 'subscription';
  const prices = wrong || renewed ? [] : ladder(form.price, form.priceTo, steps);
  const drafts = prices.map((price) => stable(salt, poolOrder(form, price, commodity.category, tagOfClass(commodity.tag), salt)));
  const first = drafts[0] ?? null;
  const why = signWhy(wallet, boot.domain.chainId) ?? wrong;
  const submit = (): void =>
    state.run(async () => {
      let count = 0;
      for (const draft of drafts) if (await publish(t`Limit order: sell ${{ volume: form.volume }} at ${{ price: draft.workerpoolprice ?? '0' }}`, 'workerpool', draft, boot)) count += 1;
      return count ? plural(count, { one: '# order rests in the book.', other: '# orders rest in the book.' }) : null;
    });
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()} aria-label={t`Sell, place limit order`}>
      <FormProblems />
      <PoolField value={form.workerpool} onChange={setPool} />
      <div className="pair">
        <TextField label={t`Price`} required className="num" inputMode="numeric" value={form.price} hint={t`a task, nRLC`} onChange={(text) => setSell({ price: text.replace(/\D/g, '') })} />
        <TextField label={renewed ? t`Tasks a period` : t`Volume`} required className="num" inputMode="numeric" value={form.volume} onChange={(text) => setSell({ volume: text.replace(/\D/g, '') })} />
      </div>
      <TrustField required value={form.trust} onChange={(trust) => setSell({ trust })} />
      <Select label={t`Who may buy`} value={form.kind} choices={KINDS} onChange={(kind) => setSell({ kind: kind as SellForm['kind'] })} />
      <span className="small muted">{KINDS.find((each) => each.value === form.kind)?.hint}</span>
      {namesBuyer(form.kind) ? <TextField label={form.kind === 'discount' ? t`Group` : t`Requester`} required className="mono" placeholder="0x…" value={form.requester} onChange={(requester) => setSell({ requester: requester.trim() })} /> : null}
      {renewed ? <SubscriptionFields form={form} /> : <details>
        <summary className="small"><Trans>Restrictions, ladder</Trans></summary>
        <div className="stack" style={{ paddingTop: 8 }}>
          <TextField label={t`Only for app`} className="mono" placeholder={t`any`} value={form.app} onChange={(app) => setSell({ app: app.trim() })} />
          <TextField label={t`Only with dataset`} className="mono" placeholder={t`any`} value={form.dataset} onChange={(dataset) => setSell({ dataset: dataset.trim() })} />
          <div className="pair">
            <TextField label={t`Ladder: orders`} className="num" inputMode="numeric" value={form.steps} onChange={(text) => setSell({ steps: text.replace(/\D/g, '') })} />
            <TextField label={t`up to price`} className="num" inputMode="numeric" value={form.priceTo} onChange={(text) => setSell({ priceTo: text.replace(/\D/g, '') })} />
          </div>
          {steps > 1 && prices.length > 1 ? <span className="small muted"><Trans>prices: {{ prices: [...prices.slice(0, 8), ...(prices.length > 8 ? ['…'] : [])].join(', ') }}</Trans></span> : null}
        </div>
      </details>}
      {first ? <span className="small muted"><Trans>Each sold task locks {{ stake: amountWithUnit(String((BigInt(first.workerpoolprice ?? '0') * 30n) / 100n)) }} of your stake until it is done.</Trans></span> : null}
      {state.done ? <Notice tone="success" inline>{state.done}</Notice> : null}
      {renewed ? (
        <>
          <Button look="primary wide" onClick={() => saveFile('subscriptions.json', subscriptionFile(form, commodity.category, Date.now()), 'application/json')} why={wrong}><Trans>Save the subscription for the scheduler</Trans></Button>
          <ShowCommand of={{ line: 'bourse scheduler --subscriptions subscriptions.json', request: wrong ? t`a file of subscriptions` : subscriptionFile(form, commodity.category, Date.now()) }} />
        </>
      ) : (
        <>
          <SignButton look="sell" to="sell" onClick={state.open} why={why}><Trans>Place computation sell limit order</Trans></SignButton>
          <ShowCommand of={curl(location.origin, '/v1/workerpoolorders', { order: first ?? {} })} />
        </>
      )}
      <SignSheet open={state.sheet} kind="workerpool" order={first} action={drafts.length > 1 ? t`Sign and place ${{ number: drafts.length }}` : t`Sign and place`} busy={state.busy} problem={state.problem} onSign={submit} onClose={state.close} />
    </form>
  );
}
