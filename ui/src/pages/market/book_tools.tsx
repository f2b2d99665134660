// What the head of the order book offers: views, sides, step of a level, columns, rows, export (M-10…M-13, M-21).
import { t } from '@lingui/core/macro';
import { memo, type ReactNode } from 'react';
import type { Entry } from '../../model/book';
import { csv } from '../../model/text';
import { keptStore, useStore } from '../../state/store';
import { Button, Segmented } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { saveFile } from '../../view/table';
import { EXTRAS, extraHead, type Extra } from './book_rows';

const TICKS = [1, 2, 5, 10, 50, 100];
const ROWS = [5, 8, 11, 15, 20, 30, 50];

/** Columns and depth chart that were switched on. */
export const looksStore = keptStore<{ columns: Extra[]; depth: boolean }>('book', { columns: [], depth: false });

/** How the book is looked at: as orders or as levels of a step, both sides or one. */
export type View = { levels: boolean; tick: number; shape: 'both' | 'asks' | 'bids' };

export function saveBook(kind: 'csv' | 'json', sides: { asks: Entry[]; bids: Entry[] }): void {
  const list = [...sides.asks.map((entry) => ({ side: 'ask', ...entry.row })), ...sides.bids.map((entry) => ({ side: 'bid', ...entry.row }))] as Record<string, unknown>[];
  const heads = ['side', 'hash', 'price', 'workerpool', 'requester', 'trust', 'tag', 'remaining', 'volume', 'published'];
  if (kind === 'csv') saveFile('book.csv', csv(heads, list.map((row) => heads.map((head) => row[head]))), 'text/csv;charset=utf-8');
  else saveFile('book.json', JSON.stringify(list, null, 1), 'application/json');
}

const mark = (on: boolean, text: string): string => `${on ? '● ' : '○ '}${text}`;

type ToolsProps = View & { rows: number; onView: (part: Partial<View>) => void; onRows: (rows: number) => void; onSave: (kind: 'csv' | 'json') => void };

function More({ rows, levels, onRows, onSave }: ToolsProps): ReactNode {
  const { columns, depth } = useStore(looksStore);
  const toggle = (extra: Extra): void => looksStore.set((old) => ({ ...old, columns: old.columns.includes(extra) ? old.columns.filter((each) => each !== extra) : EXTRAS.filter((each) => each === extra || old.columns.includes(each)) }));
  return (
    <Menu trigger={<Button look="tiny" aria-label={t`More about the book`}>⋯</Button>} items={[
      { label: mark(depth, t`Depth chart`), onSelect: () => looksStore.set((old) => ({ ...old, depth: !old.depth })) },
      ...(levels ? [] : ['line' as const, { heading: t`Columns` }, ...EXTRAS.map((each) => ({ label: mark(columns.includes(each), each === 'sum' ? t`Σ cumulative volume` : extraHead(each)), onSelect: () => toggle(each) }))]),
      'line',
      { heading: t`Rows a side` },
      ...ROWS.map((each) => ({ label: mark(each === rows, String(each)), onSelect: () => onRows(each) })),
      'line',
      { label: t`Save CSV`, onSelect: () => onSave('csv') },
      { label: t`Save JSON`, onSelect: () => onSave('json') },
    ]} />
  );
}

export const BookTools = memo(function BookTools(props: ToolsProps): ReactNode {
  const { levels, tick, shape, onView } = props;
  return (
    <div className="row book-tools">
      <Segmented label={t`View`} value={levels ? 'levels' : 'orders'} choices={[{ value: 'orders', label: t`Orders` }, { value: 'levels', label: t`Levels` }]} onChange={(value) => onView({ levels: value === 'levels' })} />
      <Segmented label={t`Sides`} value={shape} choices={[{ value: 'both', label: '⇅', title: t`both sides` }, { value: 'asks', label: t`▼ asks`, title: t`asks only` }, { value: 'bids', label: t`▲ bids`, title: t`bids only` }]} onChange={(value) => onView({ shape: value })} />
      {levels ? (
        <select className="select tick" aria-label={t`Price step of a level`} title={t`price step of a level`} value={tick} onChange={(event) => onView({ tick: Number(event.target.value) })}>
          {TICKS.map((each) => <option key={each} value={each}>{t`by ${each}`}</option>)}
        </select>
      ) : null}
      <span className="grow" />
      <More {...props} />
    </div>
  );
});
