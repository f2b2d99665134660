// Deposit, withdraw and send: amount, signature, block, done. Each step is read from the list of actions, so a reload
// goes on where the page was left (W-03).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Suspense, useState, type ReactNode } from 'react';
import type { Activity } from '../../model/action';
import { latestOf } from '../../model/outcome';
import { amountWithUnit, parseAmount, type Unit } from '../../model/format';
import { addUp, amountAt, placeOf, PLACES } from '../../model/slider';
import { activityStore } from '../../state/activity';
import { askNode } from '../../state/follow';
import { transact } from '../../state/actions';
import { useBoot } from '../../state/data';
import { setSetting, useSettings } from '../../state/settings';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { signWhy, useWallet } from '../../state/wallet';
import { useWhyNotSend } from '../../state/writable';
import { FormProblems } from '../../view/form_problems';
import { Button, Notice, Panel, Segmented, TextField } from '../../view/ui';
import { Id } from '../../view/values';
import type { Call } from '../../view/sign_words';
import { lazyPart } from '../../view/part';

const CallFacts = lazyPart(() => import('../../view/sign_words'));

const PRESETS = ['10', '200'];
const RUNNING = ['signing', 'submitting', 'accepted', 'in block', 'unknown'];

export type Move = {
  topic: 'deposit' | 'withdraw' | 'send';
  title: string;
  /** What the second step is called. */
  step: string;
  /** The action in the list, with its amount. */
  name: (amount: string) => string;
  from: string | null;
  /** Where it is taken from, in a sentence about what is there and what is missing. */
  there: (amount: string) => string;
  short: (amount: string) => string;
  call: (nrlc: string) => Call | null;
  extra?: ReactNode;
  extraWhy?: string | null;
};

const fieldText = (nrlc: string, unit: Unit): string => (unit === 'nRLC' ? nrlc : amountWithUnit(nrlc, 'RLC').replace(/[^\d.,]/g, ''));

function Slider({ all, nrlc, onChange }: { all: string; nrlc: string | null; onChange: (nrlc: string) => void }): ReactNode {
  const place = placeOf(all, nrlc);
  return <input type="range" className="slider" min={0} max={PLACES} step={1} value={place} aria-label={t`Part of what is there`} aria-valuetext={amountWithUnit(nrlc ?? '0')} onChange={(event) => onChange(amountAt(all, Number(event.target.value)))} />;
}

function AmountField({ move, text, nrlc, problem, onChange }: { move: Move; text: string; nrlc: string | null; problem: string | null; onChange: (text: string) => void }): ReactNode {
  const { unit } = useSettings();
  const { from } = move;
  const set = (amount: string): void => onChange(fieldText(amount, unit));
  const units = unit === 'nRLC' ? 1n : 10n ** 9n;
  return (
    <>
      <TextField label={t`Amount in ${unit}`} required className="num" inputMode="decimal" value={text} problem={problem} onChange={onChange} hint={from === null ? null : move.there(amountWithUnit(from, unit))} />
      {from !== null && from !== '0' ? <Slider all={from} nrlc={nrlc} onChange={set} /> : null}
      <div className="row">
        {PRESETS.map((preset) => <Button key={preset} look="tiny" onClick={() => set(addUp(from, nrlc, String(BigInt(preset) * units)))}>+{preset}</Button>)}
        {from !== null ? <Button look="tiny" onClick={() => set(from)}><Trans>max</Trans></Button> : null}
        <Button look="tiny" onClick={() => onChange('')}><Trans>clear</Trans></Button>
      </div>
    </>
  );
}

type StepState = 'done' | 'now' | 'bad' | '';

function stepsOf(action: Activity | null, ready: boolean): [StepState, StepState, StepState, StepState] {
  if (!action) return [ready ? 'done' : 'now', ready ? 'now' : '', '', ''];
  if (action.state === 'final') return ['done', 'done', 'done', 'done'];
  if (action.state === 'rejected') return ['done', action.key ? 'done' : 'bad', action.key ? 'bad' : '', ''];
  if (action.state === 'signing') return ['done', 'now', '', ''];
  if (action.state === 'ready') return ['done', 'now', '', ''];
  return ['done', 'done', 'now', ''];
}

function Steps({ move, action, ready }: { move: Move; action: Activity | null; ready: boolean }): ReactNode {
  const [amount, sign, block, done] = stepsOf(action, ready);
  return (
    <ol className="steps" aria-label={t`Steps`}>
      <li className={amount} aria-current={amount === 'now' ? 'step' : undefined}><Trans>amount</Trans></li>
      <li className={sign} aria-current={sign === 'now' ? 'step' : undefined}>{move.step}</li>
      <li className={block} aria-current={block === 'now' ? 'step' : undefined}>
        <Trans>in a block</Trans>
        {action?.key ? <span className="when"><Id id={action.key} kind={t`transaction`} to={`/tx/${action.key}`} /></span> : null}
      </li>
      <li className={done}><Trans>done</Trans></li>
    </ol>
  );
}

function Outcome({ action }: { action: Activity | null }): ReactNode {
  if (!action) return null;
  if (action.state === 'final') return <Notice tone="success"><Trans>Done.</Trans> {action.note}</Notice>;
  if (action.state === 'rejected') return <Notice tone="danger" alert>{action.note}</Notice>;
  if (action.state !== 'unknown') return null;
  return (
    <Notice tone="warning" alert>
      <Trans>No answer yet. The node is asked by the transaction’s hash before anything is sent again.</Trans>{' '}
      <Button look="tiny" onClick={() => void askNode(action.id)}><Trans>Ask now</Trans></Button>
    </Notice>
  );
}

/** The running action of this form, also one begun before a reload; afterwards the one that was seen running. */
function useAction(topic: string, account: string | null): { action: Activity | null; running: boolean; forget: () => void } {
  const latest = latestOf(useStore(activityStore), topic, account);
  const [seen, setSeen] = useState<string | null>(null);
  const running = latest !== null && RUNNING.includes(latest.state);
  if (running && latest.id !== seen) setSeen(latest.id);
  return { action: latest && latest.id === seen ? latest : null, running, forget: () => setSeen(null) };
}

export function MoveForm({ move }: { move: Move }): ReactNode {
  const { unit } = useSettings();
  const [url] = useUrl();
  const wallet = useWallet();
  const boot = useBoot();
  const [text, setText] = useState(url.amount && unit === 'nRLC' ? url.amount : '');
  const { action, running, forget } = useAction(move.topic, wallet.account);
  const blocked = useWhyNotSend();
  const nrlc = text ? parseAmount(text, unit) : null;
  const lacking = nrlc !== null && move.from !== null && BigInt(nrlc) > BigInt(move.from) ? String(BigInt(nrlc) - BigInt(move.from)) : null;
  const wrong = text && nrlc === null ? t`This is no amount in ${unit}.` : lacking ? move.short(amountWithUnit(lacking, unit)) : null;
  const missing = nrlc === null || nrlc === '0' ? t`Enter an amount.` : null;
  const why = wallet.kind !== 'connected' ? t`Connect a wallet that can sign.` : running ? t`The last one is under way: its steps are above.` : (signWhy(wallet, boot.domain.chainId) ?? blocked ?? wrong ?? missing ?? move.extraWhy ?? null);
  const call = nrlc !== null && !missing ? move.call(nrlc) : null;
  const change = (next: string): void => {
    if (!running) forget();
    setText(next);
  };
  const go = (): void => {
    if (!call || nrlc === null) return;
    // What became of it stands in the list of actions.
    void transact(move.name(amountWithUnit(nrlc)), call.to, call.data, '/wallet', move.topic).then((hash) => hash && setText(''), () => undefined);
  };
  return (
    <Panel title={move.title} tools={<Segmented label={t`Unit`} value={unit} choices={[{ value: 'nRLC', label: 'nRLC' }, { value: 'RLC', label: 'RLC' }]} onChange={(value) => setSetting('unit', value)} />}>
      <form className="body move-form" aria-label={move.title} onSubmit={(event) => { event.preventDefault(); if (!why) go(); }}>
        <div className="stack fields">
          <FormProblems />
          {move.extra}
          <AmountField move={move} text={text} nrlc={nrlc} problem={wrong} onChange={change} />
          <Steps move={move} action={action} ready={nrlc !== null && !wrong && !missing} />
          <Outcome action={action} />
        </div>
        <div className="signs"><Suspense fallback={null}><CallFacts call={call} open={matchMedia('(min-width: 960px)').matches} /></Suspense></div>
        <div className="stack go">
          <button type="submit" className="button primary wide" aria-disabled={why ? true : undefined} title={why ?? undefined}>{running ? t`Waiting for the block…` : move.title}</button>
          {why && !running ? <span className="small muted">{why}</span> : null}
        </div>
      </form>
    </Panel>
  );
}
