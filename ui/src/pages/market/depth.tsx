// Depth of the book: how many tasks can be had or sold up to a price (M-21). Secondary to the table, drawn on demand.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { BookState } from '../../model/book';
import { depthOf, stepPath } from '../../model/depth';
import { amount, count } from '../../model/format';
import { EmptyState } from '../../view/states';

const [WIDTH, HEIGHT] = [360, 150];

export function Depth({ book }: { book: BookState }): ReactNode {
  const depth = depthOf(book);
  if (!depth) return <EmptyState><Trans>No orders, no depth.</Trans></EmptyState>;
  const asks = depth.asks[depth.asks.length - 1];
  const bids = depth.bids[depth.bids.length - 1];
  const words = [bids ? t`${count(bids.sum)} tasks asked for down to ${amount(String(bids.price))} nRLC` : '', asks ? t`${count(asks.sum)} tasks offered up to ${amount(String(asks.price))} nRLC` : ''].filter(Boolean).join(', ');
  return (
    <figure className="depth">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t`Depth: ${words}.`}>
        <path className="bids" d={stepPath('bids', depth, WIDTH, HEIGHT)} />
        <path className="asks" d={stepPath('asks', depth, WIDTH, HEIGHT)} />
      </svg>
      <figcaption className="row between small muted num">
        <span>{amount(String(depth.from))}</span>
        <span><Trans>up to {count(depth.most)} tasks</Trans></span>
        <span>{amount(String(depth.to))}</span>
      </figcaption>
    </figure>
  );
}
