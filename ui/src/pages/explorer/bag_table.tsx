// Tasks of a bag as one long list of which only what is seen is there: one request a view, whatever the size (E-10).
import { t } from '@lingui/core/macro';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Deal, Task } from '../../transport/api';
import { count } from '../../model/format';
import { holds, windowOf } from '../../model/strip';
import { useList } from '../../state/data';
import { useSettings } from '../../state/settings';
import type { Column } from '../../view/table';

/** Rows in one scroll: taller lists than browsers can draw begin at the part that is looked at. */
const SEGMENT = 100_000;
const CARD_PX = 64;
const SETTLE_MS = 60;
/** The scroll of a jump is heard a frame or two after it: rows of the old place are not asked for meanwhile. */
const LANDING_MS = 500;
const OVERSCAN = 6;
/** More rows than a view has: one request is for all of them, however many are drawn at first. */
const VIEW_ROWS = 40;

type Props = { deal: Deal; columns: Column<Task>[]; fresh: ReadonlyMap<string, Task>; jump: number | null };

/** The rows around the index `top`: asked for at once where it was jumped to (`target`), and when the scrolling rests. */
function useWindow(deal: Deal, first: number, many: number, target: number, top: number): Map<number, Task> {
  const around = (index: number): { from: number; limit: number } => windowOf(Math.max(first, index), VIEW_ROWS, first, many);
  // The end of the list stands at the bottom of its view.
  const begin = (): { goal: number; landed: boolean; asked: { from: number; limit: number } } => ({ goal: target, landed: false, asked: around(Math.min(target, first + many - VIEW_ROWS) - OVERSCAN) });
  const [{ goal, landed, asked }, setWindow] = useState(begin);
  const held = holds(asked, top, VIEW_ROWS, first, many);
  if (goal !== target) setWindow(begin);
  else if (held && !landed) setWindow({ goal, landed: true, asked });
  const { from, limit } = around(top);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => setWindow((old) => ({ ...old, landed: true, asked: { from, limit } })), landed ? SETTLE_MS : LANDING_MS);
    return () => clearTimeout(timer);
  }, [held, landed, from, limit]);
  const query = useList<Task>(`/v1/deals/${deal.id}/tasks`, { fromIndex: asked.from, limit: asked.limit }, { liveMs: 5_000 });
  return new Map((query.data?.items ?? []).map((task) => [task.index, task]));
}

/** Height of a row: that of every table, on phones that of a card. All rows have it, so that any index has its place at once. */
function useRowHeight(): number {
  const { density } = useSettings();
  return useMemo(() => {
    if (matchMedia('(max-width: 639px)').matches) return CARD_PX;
    return parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10) || CARD_PX / 2;
  }, [density]);
}

function Row({ index, task, columns }: { index: number; task: Task | undefined; columns: Column<Task>[] }): ReactNode {
  const navigate = useNavigate();
  return (
    <tr data-link={task ? 'true' : undefined} onClick={(event) => {
      const inner = event.target instanceof Element && event.target.closest('a,button');
      if (task && !inner && !getSelection()?.toString()) void navigate({ to: `/task/${task.id}` as never });
    }}>
      <td className="right num" data-side="left">{task ? <Link to={`/task/${task.id}` as never} className="row-link">{count(index)}</Link> : count(index)}</td>
      {columns.map((column, place) => (
        <td key={column.key} className={`${column.right ? 'right' : ''} ${(column.priority ?? 1) > 1 ? `p${column.priority} off` : ''}`} data-side={place === 0 ? 'right' : 'left'}>
          {task ? column.cell(task) : <span className="skeleton" style={{ width: 80 }} />}
        </td>
      ))}
    </tr>
  );
}

export function BagTable({ deal, columns, fresh, jump }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const target = jump ?? deal.firstIndex;
  const base = deal.firstIndex + Math.floor((target - deal.firstIndex) / SEGMENT) * SEGMENT;
  const many = Math.min(SEGMENT, deal.firstIndex + deal.volume - base);
  const height = useRowHeight();
  const virtual = useVirtualizer({ count: many, getScrollElement: () => box.current, estimateSize: () => height, overscan: OVERSCAN, initialOffset: (target - base) * height });
  useEffect(() => {
    virtual.measure();
    if (jump !== null) virtual.scrollToOffset(Math.min(many - 1, Math.max(0, jump - base)) * height);
  }, [jump, base, many, height, virtual]);
  const items = virtual.getVirtualItems();
  const [top, bottom] = [items[0], items[items.length - 1]];
  const known = useWindow(deal, base, many, target, top ? base + top.index : target);
  const above = top?.start ?? 0;
  const below = virtual.getTotalSize() - (bottom?.end ?? 0);
  return (
    <div className="table-wrap bag-table" ref={box} tabIndex={0} role="region" aria-label={t`Tasks of this deal, table`}>
      <table className="data cards" aria-rowcount={deal.volume}>
        <caption className="sr">{t`Tasks of this deal`}</caption>
        <thead><tr><th scope="col" className="right">{t`Index`}</th>{columns.map((column) => <th key={column.key} scope="col" className={`${column.right ? 'right' : ''} ${(column.priority ?? 1) > 1 ? `p${column.priority}` : ''}`}>{column.head}</th>)}</tr></thead>
        <tbody>
          {above > 0 ? <tr aria-hidden="true" className="spacer" style={{ height: above }}><td colSpan={columns.length + 1} /></tr> : null}
          {items.map((item) => {
            const index = base + item.index;
            const task = known.get(index);
            return <Row key={index} index={index} task={task ? (fresh.get(task.id) ?? task) : undefined} columns={columns} />;
          })}
          {below > 0 ? <tr aria-hidden="true" className="spacer" style={{ height: below }}><td colSpan={columns.length + 1} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}
