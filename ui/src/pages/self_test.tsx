// Self-test of the status page: each part asked once from this page, and on a development chain an order there and back.
import '../styles/console.css';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { duration } from '../model/format';
import { api, rpc } from '../transport/http';
import { useBoot } from '../state/data';
import { loopback, type LoopStep } from '../state/loopback';
import { Button, Chip, Panel } from '../view/ui';

type Outcome = { name: string; tookMs: number; problem: string | null };

/** One after the other, and no further where one fails that the others need. */
async function runAll(steps: LoopStep[], chained: boolean, tell: (outcome: Outcome) => void): Promise<void> {
  for (const { name, act } of steps) {
    const started = performance.now();
    const problem = await act().then(() => null, (error: Error) => error.message);
    tell({ name, tookMs: performance.now() - started, problem });
    if (problem !== null && chained) return;
  }
}

export function SelfTest(): ReactNode {
  const boot = useBoot();
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const [busy, setBusy] = useState(false);
  const development = boot.chains[0]?.dev === true && boot.devAccounts.length > 0;
  const run = async (): Promise<void> => {
    setBusy(true);
    setOutcomes([]);
    const tell = (outcome: Outcome): void => setOutcomes((old) => [...old, outcome]);
    const parts: LoopStep[] = [
      { name: t`market answers`, act: () => api('/v1/boot') },
      { name: t`node answers through the market`, act: () => rpc('eth_blockNumber', []) },
      { name: t`book is served`, act: () => api('/v1/book?category=0') },
      { name: t`index is served`, act: () => api('/v1/stats') },
    ];
    await runAll(parts, false, tell);
    if (development) await runAll(loopback(boot), true, tell);
    setBusy(false);
  };
  return (
    <Panel title={t`Self-test`} tools={<Button look="tiny" onClick={() => void run()} why={busy ? t`It runs.` : null}><Trans>Run</Trans></Button>}>
      <div className="body" role="status">
        {outcomes.length === 0 ? <span className="muted">{development ? t`Asks each part once from this page, and sends an order there and back with a development account.` : t`Asks each part once from this page.`}</span> : null}
        <ul className="self-test">{outcomes.map(({ name, tookMs, problem }) => <li key={name}>{problem === null ? <Chip tone="success">✓ {duration(Math.round(tookMs))}</Chip> : <Chip tone="danger"><Trans>✕ failed</Trans></Chip>} <span>{name}{problem === null ? '' : `: ${problem}`}</span></li>)}</ul>
      </div>
    </Panel>
  );
}
