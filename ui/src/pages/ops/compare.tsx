// Two machines side by side; what differs is marked.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { OpsWorker } from '../../transport/api';
import { workerFacts } from '../../model/pool_workers';
import { Dialog } from '../../view/overlays';
import { Untrusted } from '../../view/values';

export function CompareDialog({ left, right, onClose }: { left: OpsWorker; right: OpsWorker; onClose: () => void }): ReactNode {
  const others = workerFacts(right);
  return (
    <Dialog open onClose={onClose} title={t`Compare two workers`}>
      <div className="table-wrap" tabIndex={0} role="region" aria-label={t`Comparison, table`}>
        <table className="data compare">
          <caption className="sr"><Trans>Comparison</Trans></caption>
          <thead><tr><th scope="col"><Trans>What</Trans></th>{[left, right].map((row) => <th key={row.address} scope="col"><Untrusted text={row.name || row.address} limit={24} /></th>)}</tr></thead>
          <tbody>
            {workerFacts(left).map(([name, value], at) => {
              const other = others[at]?.[1] ?? '';
              const differs = value !== other;
              return <tr key={name}><th scope="row">{differs ? '≠ ' : ''}{name}</th><td className="wrap">{differs ? <strong><Untrusted text={value} limit={60} /></strong> : <Untrusted text={value} limit={60} />}</td><td className="wrap">{differs ? <strong><Untrusted text={other} limit={60} /></strong> : <Untrusted text={other} limit={60} />}</td></tr>;
            })}
          </tbody>
        </table>
      </div>
      <p className="small muted"><Trans>≠ marks what differs.</Trans></p>
    </Dialog>
  );
}
