// Category tabs, capability toggles, trust filter, layout; the ticker strip (M-01…M-06, §6.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { DIRECTION_WORDS, LAYOUT_WORDS } from '../../model/words';
import type { Ticker } from '../../transport/api';
import { categoryName, commodityWords, trustMeaning, type TagClass } from '../../model/domain';
import { ARROW } from '../../model/candles';
import { amount, count, duration, MISSING, percent, signedPercent } from '../../model/format';
import { useBoot } from '../../state/data';
import { setSetting, useSettings, type Settings } from '../../state/settings';
import { useUrl } from '../../state/url';
import { useKey } from '../../view/letters';
import { Button, Check } from '../../view/ui';
import { Menu, Popover } from '../../view/overlays';
import type { Commodity } from './commodity';

const VISIBLE = 6;
const LAYOUTS = Object.keys(LAYOUT_WORDS) as Settings['layout'][];
const mark = (on: boolean, text: string): string => `${on ? '● ' : '○ '}${text}`;
export const PRESETS = [0, 2, 10, 100, 10_000, 1_000_000];

function Tabs({ commodity }: { commodity: Commodity }): ReactNode {
  const boot = useBoot();
  const navigate = useNavigate();
  const go = (category: number): void => void navigate({ to: `/market/${category}` as never, search: ((old: Record<string, unknown>) => old) as never });
  useKey('123456789', (digit) => {
    if (boot.categories.some((each) => each.id === Number(digit))) go(Number(digit));
  });
  const shown = boot.categories.slice(0, VISIBLE);
  const more = boot.categories.slice(VISIBLE);
  return (
    <>
      <div className="cat-tabs" role="tablist" aria-label={t`Category`}>
        {shown.map((category) => (
          <button
            key={category.id}
            type="button"
            role="tab"
            aria-selected={category.id === commodity.category}
            title={t`${{ name: categoryName(category) }}: contribution ${{ contribution: duration(category.contributionSeconds * 1000) }}, reveal ${{ reveal: duration(category.revealSeconds * 1000) }}, final ${{ final: duration(category.finalSeconds * 1000) }}`}
            onClick={() => go(category.id)}
          >
            <Trans>Cat{{ category: category.id }}</Trans> <span style={{ fontWeight: 450 }} className="wide-only">{category.name}</span>
          </button>
        ))}
      </div>
      {more.length ? <Menu trigger={<Button><Trans>More ▾</Trans></Button>} items={more.map((category) => ({ label: categoryName(category), onSelect: () => go(category.id) }))} /> : null}
    </>
  );
}

export function CommodityBar({ commodity, allIn, onAllIn }: { commodity: Commodity; allIn: boolean; onAllIn: (on: boolean) => void }): ReactNode {
  const [, change] = useUrl();
  const settings = useSettings();
  const toggle = (tag: TagClass): void => change({ tag: commodity.tag === tag ? null : tag });
  const nextLayout = (): void => setSetting('layout', LAYOUTS[(LAYOUTS.indexOf(settings.layout) + 1) % LAYOUTS.length] ?? 'standard');
  useKey('tulr', (letter) => {
    if (letter === 't') toggle('tee');
    else if (letter === 'u') toggle('gpu');
    else if (letter === 'l') nextLayout();
    else document.getElementById('trust-filter')?.focus();
  });
  return (
    <div className="commodity-bar">
      <Tabs commodity={commodity} />
      <div className="row" role="group" aria-label={t`Capabilities`}>
        {(['tee', 'gpu', 'any'] as const).map((tag) => (
          <button key={tag} type="button" className={`button ${commodity.tag === tag ? 'on' : ''}`} aria-pressed={commodity.tag === tag} title={tag === 'any' ? t`orders of every capability` : t`only orders with ${{ capability: tag.toUpperCase() }}`} onClick={() => toggle(tag)}>
            {tag === 'any' ? t`Any` : tag.toUpperCase()}
          </button>
        ))}
      </div>
      <label className="row small" htmlFor="trust-filter">
        <Trans>trust ≥</Trans>
        <input id="trust-filter" className="input num" style={{ width: 92 }} list="trust-presets" inputMode="numeric" placeholder={t`any`} value={commodity.trust || ''} onChange={(event) => change({ trust: event.target.value.replace(/\D/g, '') })} />
        <datalist id="trust-presets">
          {PRESETS.map((preset) => <option key={preset} value={preset || ''}>{preset ? trustMeaning(preset) : t`any`}</option>)}
        </datalist>
        {commodity.trust > 1 ? <span className="muted">{trustMeaning(commodity.trust)}</span> : null}
      </label>
      <Check label={<span title={t`adds the price of the app and dataset chosen in the ticket`}><Trans>all-in</Trans></span>} checked={allIn} onChange={onAllIn} />
      <span className="grow" />
      <Menu
        trigger={<Button look="tiny">{settings.unit} · <Trans>View ▾</Trans></Button>}
        items={[
          { heading: t`Unit` },
          ...(['nRLC', 'RLC'] as const).map((unit) => ({ label: mark(unit === settings.unit, unit), onSelect: () => setSetting('unit', unit) })),
          'line',
          { heading: t`Layout` },
          ...LAYOUTS.map((layout) => ({ label: mark(layout === settings.layout, LAYOUT_WORDS[layout]), onSelect: () => setSetting('layout', layout) })),
        ]}
      />
    </div>
  );
}

function Figure({ label, children, how, big = false }: { label: string; children: ReactNode; how: string; big?: boolean }): ReactNode {
  return (
    <div>
      <Popover label={t`How ${label} is computed`} align="start" trigger={<button type="button" className="link-button label" style={{ color: 'var(--muted)' }} title={how}>{label}</button>}>
        <p style={{ margin: 0 }}>{how}</p>
      </Popover>
      <div className={`value ${big ? 'big' : ''}`}>{children}</div>
    </div>
  );
}

export function TickerStrip({ ticker, commodity }: { ticker: Ticker | null; commodity: Commodity }): ReactNode {
  const { unit } = useSettings();
  const show = (nrlc: string | null | undefined): string => amount(nrlc, unit);
    return (
    <section className="ticker" aria-label={t`Figures of ${{ commodity: commodityWords(commodity.category, commodity.tag, commodity.trust) }}`}>
      <Figure big label={t`Last`} how={t`Price of the newest deal of this commodity, and its direction against the deal before.`}>
        {show(ticker?.last)} {ticker?.last ? <span aria-label={DIRECTION_WORDS[ticker.direction]}>{ARROW[ticker.direction]}</span> : null}
      </Figure>
      <Figure label={t`24 h`} how={t`Last price against the first price within 24 hours.`}>
        <span className={ticker?.change24h ? (ticker.change24h < 0 ? 'ask' : 'bid') : ''}>{signedPercent(ticker?.change24h)}</span>
      </Figure>
      <Figure label={t`High / low`} how={t`Highest and lowest price within 24 hours.`}>{show(ticker?.high24h)} / {show(ticker?.low24h)}</Figure>
      <Figure label={t`24 h tasks`} how={t`Tasks sold within 24 hours.`}>{count(ticker?.tasks24h)}</Figure>
      <Figure label={t`24 h ${unit}`} how={t`Sum of price × volume of the deals of 24 hours.`}>{show(ticker?.value24h)}</Figure>
      <Figure label={t`Best ask`} how={t`Lowest price at which a pool sells a task now.`}><span className="ask">{show(ticker?.bestAsk)}</span></Figure>
      <Figure label={t`Best bid`} how={t`Highest price that a requester pays for a task now.`}><span className="bid">{show(ticker?.bestBid)}</span></Figure>
      {ticker?.spread ? (
        <Figure label={t`Spread`} how={t`Best ask − best bid, and its share of the middle of both. Hidden while a side is empty.`}>{show(ticker.spread)} ({percent(ticker.spreadShare)})</Figure>
      ) : null}
      <Figure label={t`Median start`} how={t`Time from the match to the first contribution, median of the last 50 deals.`}>{ticker?.medianStartMs === null || ticker === null ? MISSING : duration(ticker.medianStartMs)}</Figure>
      <div style={{ flex: '1 0 auto' }}>
        <span className="label muted"><Trans>Commodity</Trans></span>
        <div className="value" style={{ fontWeight: 500 }}>{commodityWords(commodity.category, commodity.tag, commodity.trust)}</div>
      </div>
    </section>
  );
}
