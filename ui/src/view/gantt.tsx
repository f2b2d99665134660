// Phases as bars on one time axis (E-26, C-01 Gantt), with the same numbers as a table.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { duration } from '../model/format';
import { clockTime } from '../model/time';
import type { ToneName } from './ui';
import { EmptyState } from './states';

export type GanttBar = { name: string; from: number; to: number | null; tone: ToneName };
export type GanttRow = { key: string; label: ReactNode; note: ReactNode; bars: GanttBar[] };

const TICKS = 5;

function took(bar: GanttBar, now: number): string {
  const time = duration((bar.to ?? now) - bar.from);
  return bar.to === null ? t`${time} so far` : time;
}

/** `to` of a bar that has not ended is `now`. */
export function Gantt({ caption, rows, from, to, now }: { caption: string; rows: GanttRow[]; from: number; to: number | null; now: number }): ReactNode {
  if (rows.length === 0) return <EmptyState><Trans>Nothing has happened yet.</Trans></EmptyState>;
  const end = Math.max(to ?? now, from + 1);
  const share = (time: number): number => Math.min(100, Math.max(0, ((time - from) / (end - from)) * 100));
  const ticks = Array.from({ length: TICKS }, (_, at) => from + ((end - from) * at) / (TICKS - 1));
  return (
    <div className="gantt">
      <div className="gantt-axis" aria-hidden="true">
        {ticks.map((time, at) => <span key={at} style={{ insetInlineStart: `${share(time)}%` }} data-end={at === TICKS - 1}>{at === 0 ? clockTime(time) : `+${duration(Math.round(time - from))}`}</span>)}
      </div>
      {rows.map((row) => (
        <div key={row.key} className="gantt-row">
          <div className="gantt-label">{row.label}<span className="small muted">{row.note}</span></div>
          <div className="gantt-lane" role="img" aria-label={`${caption}: ${row.bars.map((bar) => `${bar.name} ${took(bar, now)}`).join(', ')}`}>
            {row.bars.map((bar, at) => {
              const left = share(bar.from);
              const width = Math.max(0.4, share(bar.to ?? now) - left);
              return <span key={at} className={`gantt-bar bar-${bar.tone} ${bar.to === null ? 'open' : ''}`} style={{ insetInlineStart: `${left}%`, width: `${width}%` }} title={`${bar.name}: ${took(bar, now)}`}>{width > 7 ? bar.name : ''}</span>;
            })}
          </div>
        </div>
      ))}
      <details className="small">
        <summary><Trans>View as table</Trans></summary>
        <table className="data">
          <caption className="sr">{caption}</caption>
          <thead><tr><th scope="col"><Trans>Who</Trans></th><th scope="col"><Trans>Phase</Trans></th><th scope="col"><Trans>From</Trans></th><th scope="col" className="right"><Trans>Took</Trans></th></tr></thead>
          <tbody>
            {rows.flatMap((row) => row.bars.map((bar, at) => (
              <tr key={row.key + at}><td>{row.label}</td><td>{bar.name}</td><td>{clockTime(bar.from)}</td><td className="right">{took(bar, now)}</td></tr>
            )))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
