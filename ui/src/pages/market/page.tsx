// The market page (web-ui.md §6): chart, book, trades, ticket and mine, laid out by width.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Suspense, useEffect, useState, type ReactNode } from 'react';
import { DIRECTION_WORDS } from '../../model/words';
import type { Ticker } from '../../transport/api';
import { command } from '../../model/commands';
import { marketPaths } from '../../model/first';
import { useBoot } from '../../state/data';
import { useSettings } from '../../state/settings';
import { say } from '../../state/activity';
import { useUrl } from '../../state/url';
import { useKey } from '../../view/letters';
import { Boundary, Skeleton, useStale } from '../../view/states';
import { Button, Panel } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { ShowCommand } from '../../view/command';
import { lazyPart } from '../../view/part';
import { commodityWords } from '../../model/domain';
import { CommodityBar, TickerStrip } from './bar';
import { useTicker } from './data';
import { setDraft } from './drafts';
import { BookPart, TradesPart } from './parts';
import { MarketSearch } from './search';
import { useTicketKeys } from './ticket_keys';
import { useCommodity, type Commodity } from './commodity';

// The book is drawn first; these follow.
const ChartPanel = lazyPart(() => import('./chart'));
const Ticket = lazyPart(() => import('./ticket').then(({ Ticket: each }) => ({ default: each })));
const MinePanel = lazyPart(() => import('./mine').then(({ MinePanel: each }) => ({ default: each })));
const SPEAK_MS = 15_000;
/** Chart and its line of figures: what follows does not move when they are there. */
const CHART_PX = 356;

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

const PANES = [['book', t`Book`], ['trades', t`Trades`], ['chart', t`Chart`], ['mine', t`Mine`]] as const;

function Head({ commodity, onTicket }: { commodity: Commodity; onTicket: (side: 'buy' | 'sell') => void }): ReactNode {
  const boot = useBoot();
  const name = boot.categories.find((each) => each.id === commodity.category)?.name ?? '';
  return (
    <div className="row between market-head">
      <h1 tabIndex={-1}>
        <Trans>Market Cat{{ category: commodity.category }} {name}</Trans> <span className="sr">{commodityWords(commodity.category, commodity.tag, commodity.trust)}</span>
      </h1>
      <div className="row tools">
        <span className="only-mid"><Sides onTicket={onTicket} /></span>
        <MarketSearch />
        <span className="wide-only"><ShowCommand of={command(['bourse', 'orderbook', 'workerpool', '--category', String(commodity.category)], 'GET', marketPaths(commodity).book)} /></span>
      </div>
    </div>
  );
}

function Sides({ onTicket }: { onTicket: (side: 'buy' | 'sell') => void }): ReactNode {
  return (
    <>
      <Button look="buy" onClick={() => onTicket('buy')}><Trans>Buy</Trans></Button>
      <Button look="sell" onClick={() => onTicket('sell')}><Trans>Sell</Trans></Button>
    </>
  );
}

export function MarketPage(): ReactNode {
  const commodity = useCommodity();
  const settings = useSettings();
  const [url, change] = useUrl();
  const drawer = useMedia('(max-width: 1279px)');
  const [sheet, setSheet] = useState(false);
  const [paused, setPaused] = useState(false);
  const [allIn, setAllIn] = useState(false);
  const filter = url.find ?? '';
  const ticker = useTicker(commodity);
  const { stale } = useStale();
  useSpoken(ticker, settings.spokenBook);
  useKey('p', () => setPaused((old) => !old));
  const openTicket = (side?: 'buy' | 'sell'): void => {
    if (side) setDraft({ side });
    if (drawer) setSheet(true);
    else document.getElementById('ticket')?.scrollIntoView({ block: 'nearest', behavior: settings.motion === 'reduced' ? 'auto' : 'smooth' });
  };
  useTicketKeys(() => drawer && setSheet(true));
  const pane = PANES.find(([value]) => value === url.view)?.[0] ?? 'book';
  const narrow = useMedia('(max-width: 639px)');
  const part = { commodity, filter, paused, onPause: () => setPaused(!paused) };
  const ticket = <Boundary name={t`The ticket`}><Suspense fallback={<Skeleton rows={9} />}><Ticket commodity={commodity} /></Suspense></Boundary>;
  return (
    <>
      <Head commodity={commodity} onTicket={openTicket} />
      <CommodityBar commodity={commodity} allIn={allIn} onAllIn={setAllIn} />
      <TickerStrip ticker={ticker} commodity={commodity} />
      <div className="tabs-list market-tabs" role="tablist" aria-label={t`Parts of the market`}>
        {PANES.map(([value, label]) => <button key={value} type="button" role="tab" className="tab" aria-selected={pane === value} onClick={() => change({ view: value === 'book' ? null : value })}>{label}</button>)}
      </div>
      <div className={`market ${stale ? 'stale' : ''}`} data-layout={settings.layout}>
        <div className="m-chart m-pane" data-on={pane === 'chart'}>
          <Boundary name={t`The chart`}><Suspense fallback={<Panel title="nRLC/WORK"><Skeleton rows={4} height={CHART_PX / 4} /></Panel>}><ChartPanel commodity={commodity} ticker={ticker} /></Suspense></Boundary>
        </div>
        <div className="m-book m-pane" data-on={pane === 'book'}>
          <Boundary name={t`The order book`}>
            <BookPart {...part} ticker={ticker} allIn={allIn} narrow={narrow} onTicket={openTicket} />
          </Boundary>
        </div>
        <div className="m-side">
        <div className="m-trades m-pane" data-on={pane === 'trades'}>
          <Boundary name={t`Recent trades`}>
            <TradesPart {...part} />
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
        <Sides onTicket={openTicket} />
      </div>
      {drawer ? <Dialog open={sheet} onClose={() => setSheet(false)} title={t`Ticket`} drawer><div id="ticket">{ticket}</div></Dialog> : null}
    </>
  );
}

