// The strip of a large bag: a canvas of up to 1 000 parts coloured by their worst status, and the same as a table (E-10).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, type ReactNode } from 'react';
import type { Strip } from '../../transport/api';
import { STATUS } from '../../model/domain';
import { count } from '../../model/format';
import { indexAt, runsOf, STRIP_STATUS } from '../../model/strip';
import { useSettings } from '../../state/settings';
import { Button } from '../../view/ui';
import { Status } from '../../view/values';

const COLOURS = { neutral: '--border', info: '--link', success: '--success', warning: '--warning', danger: '--danger' } as const;
const HEIGHT = 22;
const RUNS_SHOWN = 200;

function draw(canvas: HTMLCanvasElement, buckets: string): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(Object.entries(COLOURS).map(([tone, name]) => [tone, style.getPropertyValue(name).trim()]));
  Array.from(buckets).forEach((letter, at) => {
    context.fillStyle = colours[STATUS[STRIP_STATUS[letter] ?? 'NOT_STARTED'].tone] ?? '';
    context.fillRect(at, 0, 1, HEIGHT);
  });
}

export function BagStrip({ strip, onJump }: { strip: Strip; onJump: (index: number) => void }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { theme } = useSettings();
  const { buckets } = strip;
  useEffect(() => {
    if (canvas.current) draw(canvas.current, buckets);
  }, [buckets, theme]);
  const runs = runsOf(strip);
  return (
    <div className="stack" style={{ gap: 6 }}>
      <canvas
        ref={canvas}
        className="bag-strip"
        width={buckets.length}
        height={HEIGHT}
        role="img"
        aria-label={t`Status of ${{ volume: count(strip.volume) }} tasks in ${{ parts: buckets.length }} parts; the table below says the same`}
        title={t`Click to go to these tasks`}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          onJump(indexAt(strip, (event.clientX - box.left) / box.width));
        }}
      />
      <details className="small">
        <summary><Trans>View as table</Trans></summary>
        <div className="table-wrap" style={{ maxHeight: 260, overflowY: 'auto' }} tabIndex={0} role="region" aria-label={t`Status of the tasks, table`}>
          <table className="data">
            <thead><tr><th scope="col"><Trans>Indexes</Trans></th><th scope="col"><Trans>Worst status</Trans></th><th scope="col"><Trans>Go there</Trans></th></tr></thead>
            <tbody>{runs.slice(0, RUNS_SHOWN).map((run) => <tr key={run.from}><td className="num">{count(run.from)} – {count(run.to)}</td><td><Status of={run.status} /></td><td><Button look="tiny" onClick={() => onJump(run.from)}><Trans>Show</Trans></Button></td></tr>)}</tbody>
          </table>
        </div>
        {runs.length > RUNS_SHOWN ? <p className="muted"><Trans>The first {RUNS_SHOWN} of {count(runs.length)} stretches.</Trans></p> : null}
      </details>
    </div>
  );
}
