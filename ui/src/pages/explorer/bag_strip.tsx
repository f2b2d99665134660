// The strip of a large bag: a canvas of up to 1 000 parts coloured by their worst status, and the same as a table (E-10).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Strip } from '../../transport/api';
import { STATUS } from '../../model/domain';
import { count } from '../../model/format';
import { indexAt, moved, runsOf, STRIP_STATUS } from '../../model/strip';
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
  const [at, setAt] = useState(0);
  const part = Math.min(at, buckets.length - 1);
  const first = indexAt(strip, (part + 0.5) / buckets.length);
  const status = STATUS[STRIP_STATUS[buckets[part] ?? ''] ?? 'NOT_STARTED'].label.toLowerCase();
  const keys = (event: KeyboardEvent): void => {
    const next = moved(event.key, part, buckets.length);
    if (next === null && event.key !== 'Enter') return;
    event.preventDefault();
    if (next === null) onJump(first);
    else setAt(next);
  };
  useEffect(() => {
    if (canvas.current) draw(canvas.current, buckets);
  }, [buckets, theme]);
  const runs = runsOf(strip);
  return (
    <div className="stack" style={{ gap: 6 }}>
      <div
        className="bag-slider"
        dir="ltr"
        tabIndex={0}
        role="slider"
        aria-label={t`Status of ${{ volume: count(strip.volume) }} tasks in ${{ parts: buckets.length }} parts; the table below says the same`}
        aria-valuemin={1}
        aria-valuemax={buckets.length}
        aria-valuenow={part + 1}
        aria-valuetext={t`from index ${{ index: count(first) }}: ${status}; Enter goes there`}
        title={t`Click, or arrow keys and Enter, to go to these tasks`}
        onKeyDown={keys}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
          setAt(Math.min(buckets.length - 1, Math.floor(share * buckets.length)));
          onJump(indexAt(strip, share));
        }}
      >
        <canvas ref={canvas} className="bag-strip" width={buckets.length} height={HEIGHT} aria-hidden="true" />
        <span className="bag-mark" style={{ insetInlineStart: `${((part + 0.5) / buckets.length) * 100}%` }} aria-hidden="true" />
      </div>
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
