// Pre-flight, cost, and the sheet of what is signed (M-31, M-32, M-35).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Check, Reason } from '../../transport/api';
import { checkText } from '../../model/checks';
import { percent } from '../../model/format';
import { orderWords, type OrderFields, type OrderKind } from '../../model/orders';
import { api, ApiError } from '../../transport/http';
import { useBoot } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { pinDiffers } from '../../signer/guard';
import { expectedOf } from '../../state/wallet';
import { Dialog } from '../../view/overlays';
import { Button, Chip, KeyTable, Notice } from '../../view/ui';
import { Amount, Untrusted } from '../../view/values';
import { ReasonItem } from '../../view/explain';

const DEBOUNCE_MS = 250;

export type CheckState = { check: Check | null; error: ApiError | null; busy: boolean };

/** Asks the market whether these orders would match; the newest answer wins, old ones are dropped. */
export function useCheck(body: Record<string, unknown> | null): CheckState {
  const [state, setState] = useState<CheckState>({ check: null, error: null, busy: false });
  const text = body === null ? null : JSON.stringify(body);
  useEffect(() => {
    if (text === null) {
      setState({ check: null, error: null, busy: false });
      return undefined;
    }
    const stop = new AbortController();
    setState((old) => ({ ...old, busy: true }));
    const ask = (): void => {
      api<Check>('/v1/match/check', { body: JSON.parse(text) as unknown, signal: stop.signal }).then(
        (check) => setState({ check, error: null, busy: false }),
        (error: unknown) => {
          if (!stop.signal.aborted) setState({ check: null, error: error as ApiError, busy: false });
        },
      );
    };
    const timer = setTimeout(ask, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return state;
}

export function Preflight({ state, onFix }: { state: CheckState; onFix: (reason: Reason) => void }): ReactNode {
  const { check, error, busy } = state;
  if (error) return <Notice tone="warning" inline><Trans>The check did not answer: {{ cause: error.message }}</Trans></Notice>;
  if (!check) return busy ? <span className="small muted"><Trans>checking…</Trans></span> : null;
  const failing = check.checks.filter((each) => each.ok === false).length;
  return (
    <div className="stack" style={{ gap: 6 }} aria-busy={busy}>
      {check.ready ? <Chip tone="success">{plural(check.checks.length, { one: '✓ the check of settlement passes', other: '✓ all # checks of settlement pass' })}</Chip> : <Chip tone="danger">{failText(failing || check.reasons.length, check.checks.length)}</Chip>}
      {check.reasons.length ? (
        <ol className="stack small" style={{ margin: 0, paddingInlineStart: 18 }}>
          {check.reasons.slice(0, 5).map((reason, at) => <ReasonItem key={reason.code + at} anchor={`check-${reason.code}-${at}`} reason={reason} onFix={reason.fix ? onFix : undefined} />)}
        </ol>
      ) : null}
      <details className="small">
        <summary><Trans>All checks</Trans></summary>
        <ul className="preflight">
          {check.checks.map((each) => (
            <li key={each.code}>
              <span aria-hidden="true" className={each.ok === null ? 'muted' : each.ok ? 'tone-success' : 'tone-danger'}>{each.ok === null ? '?' : each.ok ? '✓' : '✕'}</span>
              <span><span className="sr">{each.ok === null ? t`not known:` : each.ok ? t`passes:` : t`fails:`} </span>{each.text || checkText(each.code)?.text}</span>
              <code className="muted">{each.code}</code>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

const failText = (failing: number, all: number): string => plural(failing, { one: `✕ # of ${all} checks fails`, other: `✕ # of ${all} checks fail` });

type CostProps = {
  /** Prices of one task; of several pool orders the dearest. */
  pool: string | null;
  app: string | null;
  dataset: string | null;
  volume: string;
  check: Check | null;
  /** Median price of 24 hours, where there is no check to say it. */
  median?: string | null;
  free: string | null;
  /** Sum of all pool orders that are taken, where they differ in price. */
  sum?: string | null;
  /** How much dearer the last task is than the first. */
  spread?: number;
};

const WALK_WARNING = 0.1;

export function Cost({ pool, app, dataset, volume, check, median: usual = null, free, sum = null, spread = 0 }: CostProps): ReactNode {
  const count = /^\d+$/.test(volume) ? BigInt(volume) : 0n;
  const perTask = pool === null || app === null ? null : BigInt(pool) + BigInt(app) + BigInt(dataset ?? '0');
  const total = sum !== null ? BigInt(sum) : perTask === null ? null : perTask * count;
  const median = check?.cost?.median24h ?? usual;
  const dear = pool !== null && median && BigInt(pool) > 3n * BigInt(median);
  const after = total === null || free === null ? null : BigInt(free) - total;
  return (
    <>
      <dl className="money" data-test="cost">
        <dt><Trans>Workerpool, a task</Trans></dt><dd><Amount nrlc={pool} /></dd>
        <dt><Trans>App, a task</Trans></dt><dd><Amount nrlc={app} /></dd>
        {dataset !== null ? <><dt><Trans>Dataset, a task</Trans></dt><dd><Amount nrlc={dataset} /></dd></> : null}
        <dt className="total">{count > 1n ? plural(Number(count), { one: 'Total for # task', other: 'Total for # tasks' }) : <Trans>Total</Trans>}</dt><dd className="total" data-test="total"><Amount nrlc={total === null ? null : String(total)} /></dd>
        {after !== null ? (
          <>
            <dt><Trans>Locked until each task is done</Trans></dt><dd><Amount nrlc={String(total)} /></dd>
            <dt><Trans>Your account now</Trans></dt><dd><Amount nrlc={free} /></dd>
            <dt><Trans>and after</Trans></dt><dd className={after < 0n ? 'tone-danger' : ''}>{after < 0n ? <Trans>short by <Amount nrlc={String(-after)} /></Trans> : <Amount nrlc={String(after)} />}</dd>
          </>
        ) : null}
      </dl>
      {dear ? <Notice tone="warning" inline><Trans>This is more than three times the median price of 24 hours (<Amount nrlc={median} />).</Trans></Notice> : null}
      {spread > WALK_WARNING ? <Notice tone="warning" inline><Trans>The dearest of these tasks costs {percent(spread)} more than the cheapest: buy fewer, or place a limit order.</Trans></Notice> : null}
    </>
  );
}

/** Everything that is signed, in words and raw, before the wallet opens. */
export function SignSheet({ open, kind, order, action, busy, problem, onSign, onClose }: { open: boolean; kind: OrderKind; order: OrderFields | null; action: string; busy: boolean; problem: string | null; onSign: () => void; onClose: () => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const sign = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) sign.current?.querySelector('button')?.focus();
  }, [open]);
  if (!open || !order) return null;
  const expected = expectedOf(boot);
  const differs = pinDiffers(expected);
  const wrongChain = wallet.chainId !== null && wallet.chainId !== expected.chainId;
  const why = busy ? t`The wallet is asked already.` : wrongChain ? t`Your wallet is on chain ${{ chain: wallet.chainId ?? 0 }}.` : differs && !expected.dev ? t`The hub differs from the one this page was built for.` : null;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`What you sign`}
      foot={
        <div ref={sign} className="row">
          <Button look="primary" onClick={onSign} why={why}>{busy ? (wallet.signer?.kind === 'companion' ? t`Look at your terminal…` : t`Waiting for the wallet…`) : action}</Button>
          <Button onClick={onClose}><Trans>Back</Trans></Button>
        </div>
      }
    >
      <Notice tone="info" inline>
        <Trans>Signing costs nothing and moves nothing until the order is matched. A signed order may be used by anyone until it is filled or cancelled on chain.</Trans>
      </Notice>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <KeyTable rows={orderWords(kind, order).filter((each) => each.name !== 'salt').map((each) => [each.label, <Untrusted key={each.name} text={each.words} more />])} />
      <details>
        <summary><Trans>Raw, with domain</Trans></summary>
        <KeyTable
          rows={[
            [t`Protocol`, `${boot.domain.name} ${boot.domain.version}`],
            [t`Chain`, <span key="c">{boot.domain.chainId} {wallet.chainId === boot.domain.chainId ? t`✓ as your wallet` : ''}</span>],
            [t`Contract`, <code key="v">{boot.domain.verifyingContract}</code>],
            ...orderWords(kind, order).map((each): [string, ReactNode] => [each.name, <code key={each.name}><Untrusted text={each.raw} more /></code>]),
          ]}
        />
      </details>
    </Dialog>
  );
}
