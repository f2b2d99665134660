// Tasks of the last hours or days as stacked bars on labelled axes, with the same numbers as a table (web-ui.md §10.1, §13).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { Overview } from '../../transport/api';
import { count } from '../../model/format';
import { deadline, iso } from '../../model/time';
import { useUrl } from '../../state/url';
import { EmptyState } from '../../view/states';
import { Panel, Segmented } from '../../view/ui';

type Hour = Overview['series'][number];
const SERIES = [['completed', 'success', t`completed`], ['running', 'info', t`running`], ['queued', 'neutral', t`queued`], ['failed', 'danger', t`failed`]] as const;
const RANGES: { value: string; label: string; hours: number; step: number }[] = [
  { value: '6h', label: t`6 h`, hours: 6, step: 1 },
  { value: '24h', label: t`24 h`, hours: 24, step: 1 },
  { value: '7d', label: t`7 d`, hours: 168, step: 6 },
];
const TABLE_ROWS = 28;

const all = (hour: Hour): number => SERIES.reduce((sum, [key]) => sum + hour[key], 0);

/** Ended tasks add up over a bar; of those that wait or run, the most at one time counts. */
export function inSteps(hours: Hour[], step: number): Hour[] {
  const bars: Hour[] = [];
  for (let from = 0; from < hours.length; from += step) {
    const part = hours.slice(from, from + step);
    const sum = (key: 'completed' | 'failed'): number => part.reduce((total, hour) => total + hour[key], 0);
    const most = (key: 'queued' | 'running'): number => Math.max(...part.map((hour) => hour[key]));
    bars.push({ time: part[0]!.time, completed: sum('completed'), failed: sum('failed'), queued: most('queued'), running: most('running') });
  }
  return bars;
}

/** A round number at or above the largest bar. */
export function roundTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((top) => top >= most) ?? most;
}

function Bars({ bars, label }: { bars: Hour[]; label: string }): ReactNode {
  const top = roundTop(Math.max(1, ...bars.map(all)));
  return (
    <div className="curve-plot bars-plot">
      <span className="axis" aria-hidden="true"><span>{count(top)}</span><span>{top > 1 ? count(top / 2) : ''}</span><span>0</span></span>
      <svg viewBox={`0 0 ${bars.length * 10} 100`} preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" x2={bars.length * 10} y1="50" y2="50" stroke="var(--line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
        {bars.map((bar, at) => {
          let y = 100;
          return SERIES.map(([key, tone, words]) => {
            const height = (bar[key] / top) * 100;
            y -= height;
            return height === 0 ? null : <rect key={bar.time + key} x={at * 10 + 1} y={y} width="8" height={height} className={`fill-${tone}`}><title>{`${iso(bar.time)}: ${bar[key]} ${words}`}</title></rect>;
          });
        })}
      </svg>
    </div>
  );
}

export function TasksOverTime({ overview }: { overview: Overview }): ReactNode {
  const [url, change] = useUrl();
  const range = RANGES.find(({ value }) => value === url.range) ?? RANGES[1]!;
  const hours = overview.series.slice(-range.hours);
  const bars = inSteps(hours, range.step);
  const sum = (key: 'completed' | 'failed'): string => count(hours.reduce((total, hour) => total + hour[key], 0));
  const first = bars[0];
  return (
    <Panel title={t`Tasks over time`} tools={<Segmented label={t`Time`} value={range.value} choices={RANGES} onChange={(value) => change({ range: value === '24h' ? null : value })} />}>
      <div className="body stack" style={{ gap: 6 }}>
        {!first || hours.every((hour) => all(hour) === 0) ? <EmptyState><Trans>No tasks in this range.</Trans></EmptyState> : (
          <>
            <Bars bars={bars} label={t`${{ completed: sum('completed') }} completed and ${{ failed: sum('failed') }} failed in ${{ range: range.label }}`} />
            <div className="row between small muted bars-times" aria-hidden="true"><span>{deadline(first.time)}</span><span>{deadline(bars[Math.floor(bars.length / 2)]!.time)}</span><span><Trans>now</Trans></span></div>
          </>
        )}
        <div className="row small legend">{SERIES.map(([key, tone, words]) => <span key={key}><i className={`swatch fill-${tone}`} aria-hidden="true" />{words}</span>)}</div>
        <details className="small"><summary><Trans>View as table</Trans></summary>
          <table className="data"><caption className="sr"><Trans>Tasks over time</Trans></caption><thead><tr><th scope="col"><Trans>From</Trans></th>{SERIES.map(([key, , words]) => <th key={key} scope="col" className="right">{words}</th>)}</tr></thead><tbody>{bars.slice(-TABLE_ROWS).map((bar) => <tr key={bar.time}><td>{deadline(bar.time)}</td>{SERIES.map(([key]) => <td key={key} className="right">{count(bar[key])}</td>)}</tr>)}</tbody></table>
        </details>
      </div>
    </Panel>
  );
}
