// Pre-flight, cost, and the sheet of what is signed (M-31, M-32, M-35).
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Check, Reason } from '../../transport/api';
import { checkText } from '../../model/checks';
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
  if (error) return <Notice tone="warning" inline>The check did not answer: {error.message}</Notice>;
  if (!check) return busy ? <span className="small muted">checking…</span> : null;
  const failing = check.checks.filter((each) => each.ok === false).length;
  return (
    <div className="stack" style={{ gap: 6 }} aria-busy={busy}>
      {check.ready ? <Chip tone="success">✓ all {check.checks.length} checks of settlement pass</Chip> : <Chip tone="danger">✕ {failing || check.reasons.length} of {check.checks.length} checks fail</Chip>}
      {check.reasons.length ? (
        <ol className="stack small" style={{ margin: 0, paddingLeft: 18 }}>
          {check.reasons.slice(0, 5).map((reason, at) => <ReasonItem key={reason.code + at} reason={reason} onFix={reason.fix ? onFix : undefined} />)}
        </ol>
      ) : null}
      <details className="small">
        <summary>All checks</summary>
        <ul className="preflight">
          {check.checks.map((each) => (
            <li key={each.code}>
              <span aria-hidden="true" className={each.ok === null ? 'muted' : each.ok ? 'tone-success' : 'tone-danger'}>{each.ok === null ? '?' : each.ok ? '✓' : '✕'}</span>
              <span><span className="sr">{each.ok === null ? 'not known: ' : each.ok ? 'passes: ' : 'fails: '}</span>{each.text || checkText(each.code)?.text}</span>
              <code className="muted">{each.code}</code>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

export function Cost({ pool, app, dataset, volume, check, free }: { pool: string | null; app: string | null; dataset: string | null; volume: string; check: Check | null; free: string | null }): ReactNode {
  const count = /^\d+$/.test(volume) ? BigInt(volume) : 0n;
  const perTask = pool === null || app === null ? null : BigInt(pool) + BigInt(app) + BigInt(dataset ?? '0');
  const total = perTask === null ? null : perTask * count;
  const median = check?.cost?.median24h;
  const dear = pool !== null && median && BigInt(pool) > 3n * BigInt(median);
  const after = total === null || free === null ? null : BigInt(free) - total;
  return (
    <>
      <dl className="money" data-test="cost">
        <dt>Workerpool, a task</dt><dd><Amount nrlc={pool} /></dd>
        <dt>App, a task</dt><dd><Amount nrlc={app} /></dd>
        {dataset !== null ? <><dt>Dataset, a task</dt><dd><Amount nrlc={dataset} /></dd></> : null}
        <dt className="total">Total{count > 1n ? ` for ${count} tasks` : ''}</dt><dd className="total" data-test="total"><Amount nrlc={total === null ? null : String(total)} /></dd>
        {after !== null ? <><dt>Your account after</dt><dd><Amount nrlc={after < 0n ? null : String(after)} /></dd></> : null}
      </dl>
      {dear ? <Notice tone="warning" inline>This is more than three times the median price of 24 hours (<Amount nrlc={median} />).</Notice> : null}
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
  const why = busy ? 'The wallet is asked already.' : wrongChain ? `Your wallet is on chain ${wallet.chainId}.` : differs && !expected.dev ? 'The hub differs from the one this page was built for.' : null;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="What you sign"
      foot={
        <div ref={sign} className="row">
          <Button look="primary" onClick={onSign} why={why}>{busy ? (wallet.signer?.kind === 'companion' ? 'Look at your terminal…' : 'Waiting for the wallet…') : action}</Button>
          <Button onClick={onClose}>Back</Button>
        </div>
      }
    >
      <Notice tone="info" inline>
        Signing costs nothing and moves nothing until the order is matched. A signed order may be used by anyone until it is filled or cancelled on chain.
      </Notice>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <KeyTable rows={orderWords(kind, order).filter((each) => each.name !== 'salt').map((each) => [each.label, <Untrusted key={each.name} text={each.words} more />])} />
      <details>
        <summary>Raw, with domain</summary>
        <KeyTable
          rows={[
            ['Protocol', `${boot.domain.name} ${boot.domain.version}`],
            ['Chain', <span key="c">{boot.domain.chainId} {wallet.chainId === boot.domain.chainId ? '✓ as your wallet' : ''}</span>],
            ['Contract', <code key="v">{boot.domain.verifyingContract}</code>],
            ...orderWords(kind, order).map((each): [string, ReactNode] => [each.name, <code key={each.name}><Untrusted text={each.raw} more /></code>]),
          ]}
        />
      </details>
    </Dialog>
  );
}
