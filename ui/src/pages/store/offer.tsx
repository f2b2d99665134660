// Offer an app or a dataset for a price: to whom, with what, how often.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Resource } from '../../transport/api';
import { isAddress, NULL_ADDRESS, tagOfBits } from '../../model/domain';
import { newSalt, type OrderFields } from '../../model/orders';
import { publish } from '../../state/actions';
import { useBoot } from '../../state/data';
import { FormProblems } from '../../view/form_problems';
import { Dialog } from '../../view/overlays';
import { Button, TextField } from '../../view/ui';
import { SignSheet } from '../market/preflight';

export function OfferDialog({ row, kind, onClose }: { row: Resource; kind: 'app' | 'dataset'; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const [price, setPrice] = useState('1');
  const [volume, setVolume] = useState('1000');
  const [who, setWho] = useState('');
  const [app, setApp] = useState('');
  const [salt] = useState(newSalt);
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const problems = {
    price: /^\d+$/.test(price) ? null : t`Price is a whole number of nRLC.`,
    volume: /^[1-9]\d*$/.test(volume) ? null : t`Volume is at least 1.`,
    who: !who || isAddress(who) ? null : t`The requester is 0x and 40 digits.`,
    app: !app || isAddress(app) ? null : kind === 'dataset' ? t`The app is 0x and 40 digits.` : t`The dataset is 0x and 40 digits.`,
  };
  const shown = (name: keyof typeof problems): string | null => (tried ? problems[name] : null);
  const next = (): void => {
    setTried(true);
    if (Object.values(problems).every((each) => each === null)) setSheet(true);
  };
  const order: OrderFields = { [kind]: row.address, [`${kind}price`]: price, volume, tag: tagOfBits([]), requesterrestrict: who || NULL_ADDRESS, workerpoolrestrict: NULL_ADDRESS, [kind === 'app' ? 'datasetrestrict' : 'apprestrict']: app || NULL_ADDRESS, salt };
  const go = (): void => {
    setBusy(true);
    setProblem(null);
    publish(kind === 'app' ? t`Offer app ${{ name: row.name }}` : t`Offer dataset ${{ name: row.name }}`, kind, order, boot)
      .then((done) => { if (done) onClose(); }, (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Dialog open={!sheet} onClose={() => { if (!sheet) onClose(); }} title={t`Offer “${{ name: row.name.slice(0, 40) }}”`} foot={<Button look="primary" onClick={next}><Trans>Continue</Trans></Button>}>
        <FormProblems />
        <div className="pair"><TextField label={t`Price a task, nRLC`} required className="num" problem={shown('price')} value={price} onChange={setPrice} /><TextField label={t`Volume`} required className="num" problem={shown('volume')} value={volume} onChange={setVolume} hint={t`how often it may be used`} /></div>
        <TextField label={t`Only for requester (or group)`} className="mono" placeholder={t`anyone`} problem={shown('who')} value={who} onChange={(text) => setWho(text.trim())} />
        <TextField label={kind === 'app' ? t`Only with dataset` : t`Only with app`} className="mono" placeholder={t`any`} problem={shown('app')} value={app} onChange={(text) => setApp(text.trim())} hint={kind === 'dataset' ? t`Without it, any app may read the data.` : null} />
      </Dialog>
      <SignSheet open={sheet} kind={kind} order={order} action={t`Sign and publish`} busy={busy} problem={problem} onSign={go} onClose={() => setSheet(false)} />
    </>
  );
}
