// How far a purchase is, and what can be done with it then (M-36).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Page } from '../../transport/api';
import { useApi } from '../../state/data';
import { Chip, Notice } from '../../view/ui';
import { SaveTemplate } from './fields';

export type Stage = { name: 'idle' | 'signing' | 'signed' | 'submitted' | 'sealed'; deal: string | null };
const STEPS: Stage['name'][] = ['signing', 'signed', 'submitted', 'sealed'];
const stepWords = (step: Stage['name']): string => ({ idle: '', signing: t`checked`, signed: t`signed`, submitted: t`submitted`, sealed: t`deal sealed` })[step];

/** One task: straight to it; a bag: to the deal. */
function OpenBought({ deal }: { deal: string }): ReactNode {
  const tasks = useApi<Page<{ id: string; number: number | null }>>(`/v1/deals/${deal}/tasks`, { limit: 2 }, { liveMs: 1_000 });
  const only = tasks.data?.total === 1 ? tasks.data.items[0] : undefined;
  return (
    <span className="row">
      {only ? <Link className="button primary" to={`/task/${only.id}` as never}><Trans>Watch it run</Trans></Link> : null}
      <Link className="button" to={`/deal/${deal}` as never}><Trans>Open deal</Trans></Link>
      <SaveTemplate />
    </span>
  );
}

export function Bought({ stage }: { stage: Stage }): ReactNode {
  if (stage.name === 'idle') return null;
  const reached = STEPS.indexOf(stage.name);
  return (
    <Notice tone={stage.name === 'sealed' ? 'success' : 'info'}>
      <ol className="row stages">{STEPS.map((step, at) => <li key={step}><Chip tone={at <= reached ? 'success' : 'neutral'}>{stepWords(step)}</Chip></li>)}</ol>
      {stage.deal ? (
        <div className="stack" style={{ gap: 6, marginTop: 6 }}>
          <span><Trans>Computation starts. The ticket stays filled: press again for another one like it.</Trans></span>
          <OpenBought deal={stage.deal} />
        </div>
      ) : null}
    </Notice>
  );
}
