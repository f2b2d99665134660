// Best bid and best ask cross, and yet they do not match: says which check separates them (M-17).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { BookRow, Order } from '../../transport/api';
import { useList } from '../../state/data';
import { Popover } from '../../view/overlays';
import { ReasonItem } from '../../view/explain';
import { useCheck } from './preflight';

function Reason({ ask, bid }: { ask: BookRow; bid: BookRow }): ReactNode {
  const apps = useList<Order>(bid.app ? '/v1/apporders' : null, { app: bid.app, requester: bid.requester, limit: 1 });
  const datasets = useList<Order>(bid.dataset ? '/v1/datasetorders' : null, { dataset: bid.dataset, requester: bid.requester, limit: 1 });
  const [app, dataset] = [apps.data?.items[0]?.hash, datasets.data?.items[0]?.hash];
  const ready = !!app && (!bid.dataset || !!dataset);
  const { check, error } = useCheck(ready ? { requestorder: bid.hash, workerpoolorder: ask.hash, apporder: app, ...(dataset ? { datasetorder: dataset } : {}) } : null);
  if (apps.data && !app) return <p><Trans>No open order of the bid’s app fits it.</Trans></p>;
  if (datasets.data && !dataset) return <p><Trans>No open order of the bid’s dataset fits it.</Trans></p>;
  if (error) return <p>{error.message}</p>;
  if (!check) return <p className="muted" role="status"><Trans>checking…</Trans></p>;
  if (check.ready) return <p><Trans>Nothing separates them: they are about to be matched.</Trans></p>;
  return <ol className="stack" style={{ margin: 0, paddingInlineStart: 18 }}>{check.reasons.slice(0, 3).map((reason, at) => <ReasonItem key={reason.code + at} reason={reason} anchor={`crossed-${at}`} />)}</ol>;
}

export function Crossed({ ask, bid }: { ask: BookRow; bid: BookRow }): ReactNode {
  return (
    <Popover
      label={t`Why these two do not match`}
      align="start"
      trigger={<button type="button" className="cell-link crossed" aria-label={t`Crossed but incompatible: why?`} title={t`Best bid and best ask cross, yet they do not match: press to see why.`}>⛓</button>}
    >
      <Reason ask={ask} bid={bid} />
    </Popover>
  );
}
