// The market page (web-ui.md §6): chart, book, trades, ticket and mine, laid out by width.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react';
import { DIRECTION_WORDS } from '../../model/words';
import type { BookRow, Order, Ticker } from '../../transport/api';
import { directions } from '../../model/candles';
import { command } from '../../model/commands';
import { findOf } from '../../model/find';
import { marketPaths } from '../../model/first';
import { api } from '../../transport/http';
import { useBoot } from '../../state/data';
import { setSetting, useSettings } from '../../state/settings';
import { say } from '../../state/activity';
import { useStore } from '../../state/store';
import { useUrl } from '../../state/url';
import { useWallet } from '../../state/wallet';
import { useKey } from '../../view/keys';
import { Boundary, Skeleton, useStale } from '../../view/states';
import { Button, Panel } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { ShowCommand } from '../../view/command';
import { commodityWords } from '../../model/domain';
import { CommodityBar, TickerStrip } from './bar';
import { BookPanel, type Pick } from './book';
import { TradesPanel } from './trades';
import { useAllIn, useBook, useTicker, useTrades } from './data';
import { deniedStore, draftStore, setDraft, setForm, setSell } from './drafts';
import { MarketSearch } from './search';
import { useCommodity, type Commodity } from './commodity';

// The book is drawn first; these follow.
const ChartPanel = lazy(() => import('./chart'));
const Ticket = lazy(() => import('./ticket').then(({ Ticket: each }) => ({ default: each })));
const MinePanel = lazy(() => import('./mine').then(({ MinePanel: each }) => ({ default: each })));
const CancelDialog = lazy(() => import('./cancel').then(({ CancelDialog: each }) => ({ default: each })));
const SPEAK_MS = 15_000;

function useMedia(query: string): boolean {
  const [on, setOn] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = (): void => setOn(media.matches);
    media.addEventListener('change', changed);
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return on;
}

function spoken(ticker: Ticker): string {
  const none = t`none`;
  const ask = ticker.bestAsk ?? none;
  const bid = ticker.bestBid ?? none;
  const last = ticker.last ?? none;
  const direction = DIRECTION_WORDS[ticker.direction];
  return t`best ask ${ask}, best bid ${bid}, last ${last} ${direction}`;
}

/** Spoken summary of the book, at most every 15 s, only when it is switched on. */
function useSpoken(ticker: Ticker | null, on: boolean): void {
  useEffect(() => {
    if (!on || !ticker) return undefined;
    const timer = setInterval(() => say(spoken(ticker)), SPEAK_MS);
    return () => clearInterval(timer);
  }, [on, ticker]);
}

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

const PANES = [['book', t`Book`], ['trades', t`Trades`], ['chart', t`Chart`], ['mine', t`Mine`]] as const;

/** What to do about an empty side: the filter that may have emptied it is taken away. */
function Relax({ commodity, filter }: { commodity: Commodity; filter: string }): ReactNode {
  const [, change] = useUrl();
  if (filter) return <Button look="tiny" onClick={() => change({ find: null })}><Trans>Show everything</Trans></Button>;
  if (commodity.tag === 'any') return null;
  return <Button look="tiny" onClick={() => change({ tag: 'any' })}><Trans>Show all capabilities</Trans></Button>;
}

export function MarketPage(): ReactNode {
  const boot = useBoot();
  const commodity = useCommodity();
  const settings = useSettings();
  const wallet = useWallet();
  const [url, change] = useUrl();
  const drawer = useMedia('(max-width: 1279px)');
  const [sheet, setSheet] = useState(false);
  const [paused, setPaused] = useState(false);
  const [bookHeld, setBookHeld] = useState(false);
  const [tradesHeld, setTradesHeld] = useState(false);
  const [allIn, setAllIn] = useState(false);
  const [cancelling, setCancelling] = useState<Order | null>(null);
  const filter = url.find ?? '';
  const { book, waiting } = useBook(commodity, paused || bookHeld);
  const { trades, waiting: newTrades } = useTrades(commodity, url.mine ?? null, filter, paused || tradesHeld);
  const ticker = useTicker(commodity);
  const extra = useAllIn(allIn);
  const denied = useStore(deniedStore);
  const { stale } = useStale();
  useSpoken(ticker, settings.spokenBook);
  useKey('p', () => setPaused((old) => !old));
  const openTicket = (side?: 'buy' | 'sell'): void => {
    if (side) setDraft({ side });
    if (drawer) setSheet(true);
    else document.getElementById('ticket')?.scrollIntoView({ block: 'nearest', behavior: settings.motion === 'reduced' ? 'auto' : 'smooth' });
  };
  const cancel = (row: BookRow): void => {
    const kind = row.requester && wallet.account?.toLowerCase() === row.requester.toLowerCase() ? 'request' : 'workerpool';
    api<Order>(`/v1/${kind}orders/${row.hash}`).then(setCancelling, (error: Error) => say(error.message, true));
  };
  const last = ticker?.last ?? trades?.[0]?.price ?? null;
  const direction = ticker?.direction ?? directions(trades ?? [])[0] ?? 'flat';
  const pane = PANES.find(([value]) => value === url.view)?.[0] ?? 'book';
  const narrow = useMedia('(max-width: 639px)');
  const name = boot.categories.find((each) => each.id === commodity.category)?.name ?? '';
  const ticket = <Suspense fallback={<Skeleton rows={9} />}><Ticket commodity={commodity} /></Suspense>;
  return (
    <>
      <div className="row between market-head">
        <h1 tabIndex={-1}>
          <Trans>Market Cat{{ category: commodity.category }} {name}</Trans> <span className="sr">{commodityWords(commodity.category, commodity.tag, commodity.trust)}</span>
        </h1>
        <div className="row tools">
          <span className="only-mid">
            <Button look="buy" onClick={() => openTicket('buy')}><Trans>Buy</Trans></Button>
            <Button look="sell" onClick={() => openTicket('sell')}><Trans>Sell</Trans></Button>
          </span>
          <MarketSearch />
          <span className="wide-only"><ShowCommand of={command(['bourse', 'orderbook', 'workerpool', '--category', String(commodity.category)], 'GET', marketPaths(commodity).book)} /></span>
        </div>
      </div>
      <CommodityBar commodity={commodity} allIn={allIn} onAllIn={setAllIn} />
      <TickerStrip ticker={ticker} commodity={commodity} />
      <div className="tabs-list market-tabs" role="tablist" aria-label={t`Parts of the market`}>
        {PANES.map(([value, label]) => <button key={value} type="button" role="tab" className="tab" aria-selected={pane === value} onClick={() => change({ view: value === 'book' ? null : value })}>{label}</button>)}
      </div>
      <div className={`market ${stale ? 'stale' : ''}`} data-layout={settings.layout}>
        <div className="m-chart m-pane" data-on={pane === 'chart'}>
          <Boundary name={t`The chart`}><Suspense fallback={<Panel title="nRLC/WORK"><Skeleton rows={9} /></Panel>}><ChartPanel commodity={commodity} ticker={ticker} /></Suspense></Boundary>
        </div>
        <div className="m-book m-pane" data-on={pane === 'book'}>
          <Boundary name={t`The order book`}>
            <BookPanel
              book={book}
              last={last}
              direction={direction}
              rows={narrow ? 8 : settings.bookRows}
              account={wallet.account}
              trust={commodity.trust}
              denied={denied}
              unit={settings.unit}
              extra={extra}
              paused={paused}
              held={bookHeld}
              waiting={waiting}
              filter={filter}
              relax={<Relax commodity={commodity} filter={filter} />}
              onRows={(rows) => setSetting('bookRows', rows)}
              onPause={() => setPaused(!paused)}
              onHold={setBookHeld}
              onPick={(pick) => { pickOrder(pick); openTicket(); }}
              onMid={(mid) => { setDraft({ kind: 'limit' }); setForm({ workerpoolPrice: mid }); setSell({ price: mid }); openTicket(); }}
              onCancel={cancel}
            />
          </Boundary>
        </div>
        <div className="m-side">
        <div className="m-trades m-pane" data-on={pane === 'trades'}>
          <Boundary name={t`Recent trades`}>
            <TradesPanel trades={trades} account={wallet.account} mine={url.mine ?? null} unit={settings.unit} paused={paused} waiting={newTrades} onPause={() => setPaused(!paused)} onHold={setTradesHeld} filter={findOf(filter).kind === 'app' ? '' : findOf(filter).id} />
          </Boundary>
        </div>
        <div className="m-ticket">
          {drawer ? null : <Panel title={t`Ticket`} id="ticket"><div className="body">{ticket}</div></Panel>}
        </div>
        </div>
        <div className="m-mine m-pane" data-on={pane === 'mine'}>
          <Boundary name={t`Mine`}><Suspense fallback={<Panel title={t`Mine`}><Skeleton rows={3} /></Panel>}><MinePanel watched={url.mine ?? null} /></Suspense></Boundary>
        </div>
      </div>
      <div className="trade-bar">
        <Button look="buy" onClick={() => openTicket('buy')}><Trans>Buy</Trans></Button>
        <Button look="sell" onClick={() => openTicket('sell')}><Trans>Sell</Trans></Button>
      </div>
      {drawer ? <Dialog open={sheet} onClose={() => setSheet(false)} title={t`Ticket`} drawer><div id="ticket">{ticket}</div></Dialog> : null}
      {cancelling ? <Suspense fallback={null}><CancelDialog orders={[cancelling]} onClose={() => setCancelling(null)} /></Suspense> : null}
    </>
  );
}

