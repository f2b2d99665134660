// Book and trades of the market page with what feeds them; each is drawn anew for its own changes only.
import { Trans } from '@lingui/react/macro';
import { Suspense, useMemo, useState, type ReactNode } from 'react';
import type { BookRow, Order, Ticker } from '../../transport/api';
import { findOf } from '../../model/find';
import { api } from '../../transport/http';
import { say } from '../../state/activity';
import { setSetting, useSettings } from '../../state/settings';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { useStable } from '../../view/stable';
import { Button } from '../../view/ui';
import { lazyPart } from '../../view/part';
import { BookPanel, type Pick } from './book';
import { useAllIn, useBook, useTrades } from './data';
import { deniedStore, draftStore, setDraft, setForm, setSell } from './drafts';
import { TradesPanel } from './trades';
import type { Commodity } from './commodity';

const CancelDialog = lazyPart(() => import('./cancel').then(({ CancelDialog: each }) => ({ default: each })));
const PHONE_ROWS = 8;

/** Fills the form that belongs to a clicked row: asks are bought, bids are answered; a level gives its price to a limit order. */
function pickOrder({ side, price, row, limit }: Pick): void {
  if (row === null || limit) {
    setDraft({ side: side === 'asks' ? 'buy' : 'sell', kind: 'limit' });
    if (side === 'asks') setForm({ workerpoolPrice: price });
    else setSell({ price });
  } else if (side === 'asks') {
    setDraft({ side: 'buy', kind: 'market' });
    setForm({ hash: row.hash, volume: String(Math.min(row.remaining, Math.max(1, Number(draftStore.get().form.volume) || 1))) });
  } else setDraft({ side: 'sell', kind: 'market', request: row.hash });
}

function pickMiddle(price: string): void {
  setDraft({ kind: 'limit' });
  setForm({ workerpoolPrice: price });
  setSell({ price });
}

/** What to do about an empty side: the filter that may have emptied it is taken away. */
function Relax({ tag, filter }: { tag: Commodity['tag']; filter: string }): ReactNode {
  const [, change] = useUrl();
  if (filter) return <Button look="tiny" onClick={() => change({ find: null })}><Trans>Show everything</Trans></Button>;
  if (tag === 'any') return null;
  return <Button look="tiny" onClick={() => change({ tag: 'any' })}><Trans>Show all capabilities</Trans></Button>;
}

type PartProps = { commodity: Commodity; filter: string; paused: boolean; onPause: () => void };

export function BookPart({ commodity, filter, paused, onPause, ticker, allIn, narrow, onTicket }: PartProps & { ticker: Ticker | null; allIn: boolean; narrow: boolean; onTicket: () => void }): ReactNode {
  const settings = useSettings();
  const { account } = useWallet();
  const denied = useStore(deniedStore);
  const [held, setHeld] = useState(false);
  const [cancelling, setCancelling] = useState<Order | null>(null);
  const { book, waiting } = useBook(commodity, paused || held);
  const extra = useAllIn(allIn);
  const { tag } = commodity;
  const relax = useMemo(() => <Relax tag={tag} filter={filter} />, [tag, filter]);
  const onRows = useStable((rows: number) => setSetting('bookRows', rows));
  const onPick = useStable((pick: Pick) => { pickOrder(pick); onTicket(); });
  const onMid = useStable((price: string) => { pickMiddle(price); onTicket(); });
  const onCancel = useStable((row: BookRow) => {
    const kind = row.requester && account?.toLowerCase() === row.requester.toLowerCase() ? 'request' : 'workerpool';
    api<Order>(`/v1/${kind}orders/${row.hash}`).then(setCancelling, (error: Error) => say(error.message, true));
  });
  return (
    <>
      <BookPanel
        commodity={commodity.key}
        book={book}
        last={ticker?.last ?? null}
        direction={ticker?.direction ?? 'flat'}
        rows={narrow ? PHONE_ROWS : settings.bookRows}
        account={account}
        trust={commodity.trust}
        denied={denied}
        unit={settings.unit}
        extra={extra}
        paused={paused}
        held={held}
        waiting={waiting}
        filter={filter}
        relax={relax}
        onRows={onRows}
        onPause={onPause}
        onHold={setHeld}
        onPick={onPick}
        onMid={onMid}
        onCancel={onCancel}
      />
      {cancelling ? <Suspense fallback={null}><CancelDialog orders={[cancelling]} onClose={() => setCancelling(null)} /></Suspense> : null}
    </>
  );
}

export function TradesPart({ commodity, filter, paused, onPause }: PartProps): ReactNode {
  const { unit } = useSettings();
  const { account } = useWallet();
  const [url] = useUrl();
  const [held, setHeld] = useState(false);
  const mine = url.mine ?? null;
  const { trades, waiting } = useTrades(commodity, mine, filter, paused || held);
  const { kind, id } = findOf(filter);
  return <TradesPanel trades={trades} account={account} mine={mine} unit={unit} paused={paused} waiting={waiting} onPause={onPause} onHold={setHeld} filter={kind === 'app' ? '' : id} />;
}
