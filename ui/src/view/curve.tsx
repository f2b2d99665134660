// A small curve of one value over time, with the same numbers as a table (web-ui.md §13).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { count } from '../model/format';

const WIDTH = 600;
const HEIGHT = 100;
const TABLE_ROWS = 20;

export type Point = { x: number; y: number };

/** Steps from point to point. `most`: top of the axis, else the largest value; `name`: the words of an x. */
export function Curve({ label, points, most, name }: { label: string; points: Point[]; most?: number; name: (x: number) => string }): ReactNode {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return null;
  const top = Math.max(1, most ?? 0, ...points.map((each) => each.y));
  const across = Math.max(1, last.x - first.x);
  const px = (x: number): string => (((x - first.x) / across) * WIDTH).toFixed(1);
  const py = (y: number): string => (HEIGHT - (y / top) * (HEIGHT - 4) - 2).toFixed(1);
  const path = points.map(({ x, y }, at) => (at === 0 ? `M${px(x)} ${py(y)}` : `H${px(x)}V${py(y)}`)).join('');
  const least = count(Math.min(...points.map((each) => each.y)));
  const highest = count(Math.max(...points.map((each) => each.y)));
  const now = count(last.y);
  return (
    <div className="curve body">
      <div className="curve-plot">
        <span className="axis" aria-hidden="true"><span>{count(top)}</span><span>0</span></span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={t`${label}: now ${now}, least ${least}, most ${highest}`}>
          <path d={path} fill="none" stroke="var(--link)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
        </svg>
      </div>
      <div className="row between small muted" aria-hidden="true"><span>{name(first.x)}</span><span>{name(last.x)}</span></div>
      <details className="small">
        <summary><Trans>View as table</Trans></summary>
        <table className="data"><caption className="sr">{label}</caption><thead><tr><th scope="col"><Trans>Time</Trans></th><th scope="col" className="right">{label}</th></tr></thead><tbody>{points.slice(-TABLE_ROWS).map(({ x, y }, at) => <tr key={at}><td>{name(x)}</td><td className="right">{count(y)}</td></tr>)}</tbody></table>
      </details>
    </div>
  );
}
