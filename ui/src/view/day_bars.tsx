// Bars by day, and the same numbers as a table (C-07).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { DaySum } from '../model/by_day';
import { count } from '../model/format';
import { EmptyState } from './states';

const HEIGHT = 120;

export function DayBars({ title, unit, days }: { title: string; unit: string; days: DaySum[] }): ReactNode {
  const most = Math.max(...days.map((each) => each.value));
  const sum = days.reduce((total, each) => total + each.value, 0);
  const [first, last] = [days[0], days[days.length - 1]];
  if (sum === 0 || !first || !last) return <EmptyState><Trans>Nothing in the last {days.length} days.</Trans></EmptyState>;
  const summary = t`${title}: ${count(sum)} ${unit} from ${{ first: first.day }} to ${{ last: last.day }}, at most ${count(most)} a day`;
  return (
    <div className="day-bars">
      <div className="row between small muted num"><span>{count(most)}</span><span>{unit}</span></div>
      <svg viewBox={`0 0 ${days.length * 10} ${HEIGHT}`} preserveAspectRatio="none" width="100%" height={HEIGHT} role="img" aria-label={summary}>
        {days.map((each, at) => <rect key={each.day} x={at * 10 + 1} width="8" y={HEIGHT - (each.value / most) * HEIGHT} height={(each.value / most) * HEIGHT} fill="var(--link)"><title>{`${each.day}: ${count(each.value)} ${unit}`}</title></rect>)}
      </svg>
      <div className="row between small muted num"><span>{first.day}</span><span>{last.day}</span></div>
      <details className="small">
        <summary><Trans>View as table</Trans></summary>
        <table className="data">
          <caption className="sr">{title}</caption>
          <thead><tr><th scope="col"><Trans>Day</Trans></th><th scope="col" className="right">{unit}</th></tr></thead>
          <tbody>{days.filter((each) => each.value > 0).map((each) => <tr key={each.day}><td>{each.day}</td><td className="right">{count(each.value)}</td></tr>)}</tbody>
        </table>
      </details>
    </div>
  );
}
