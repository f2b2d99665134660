// Tables: real ones with caption and header cells, columns with a priority, rows that are links, pages, export.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { count } from '../model/format';
import { csv } from '../model/text';
import type { Page } from '../transport/api';
import type { ApiQuery } from '../state/data';
import { Button } from './ui';
import { EmptyState, Loaded } from './states';

export type Column<Row> = {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  right?: boolean;
  /** 1: always shown, 2: hidden on phones, 3: hidden on tablets too. */
  priority?: 1 | 2 | 3;
  /** Value for CSV. */
  value?: (row: Row) => unknown;
  wrap?: boolean;
  /** Name of the market's sort; with a minus where it only sorts from the greatest down. */
  sort?: string;
  /** The cell is the row's link: for a first column without a link of its own. */
  anchor?: boolean;
  /** On phones, where a row is a card: `show` in spite of its priority, `bare` without its label. */
  card?: 'show' | 'bare';
};

/** Rows that are chosen, by their keys. */
export type Selection = { chosen: ReadonlySet<string | number>; toggle: (keys: (string | number)[], on: boolean) => void };

type TableProps<Row> = {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  link?: (row: Row) => string;
  mine?: (row: Row) => boolean;
  rowClass?: (row: Row) => string;
  cards?: boolean;
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  selection?: Selection | undefined;
  /** The rows scroll under their header. */
  tall?: boolean;
};

const onPhones = <Row,>(column: Column<Row>): boolean => column.card !== undefined || (column.priority ?? 1) === 1;

const cellClass = <Row,>(column: Column<Row>): string =>
  [column.right ? 'right' : '', column.priority && column.priority > 1 ? `p${column.priority}` : '', onPhones(column) ? '' : 'off', column.wrap ? 'wrap' : ''].filter(Boolean).join(' ');

/** Where a cell stands in its card: two a line, what the first line names without labels (a bare number says nothing), a last one alone over the whole width. */
function cardPlaces<Row>(columns: Column<Row>[]): Map<string, { side: 'left' | 'right' | 'whole'; label: string | undefined }> {
  const shown = columns.filter(onPhones);
  return new Map(shown.map((column, at) => {
    const alone = at === shown.length - 1 && at % 2 === 0;
    return [column.key, { side: alone ? 'whole' : at % 2 === 0 ? 'left' : 'right', label: (at < 2 && !column.right) || column.card === 'bare' ? undefined : column.head }];
  }));
}

/** Order after a click: from the greatest down, then up where the market can, else as it comes. */
function nextSort(column: string, now: string | undefined): string {
  const name = column.replace(/^-/, '');
  if (now !== `-${name}`) return `-${name}`;
  return column.startsWith('-') ? '' : name;
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }): ReactNode {
  const name = column.sort?.replace(/^-/, '');
  const direction = name !== undefined && sort === name ? 'ascending' : name !== undefined && sort === `-${name}` ? 'descending' : undefined;
  if (!column.sort || !onSort)
    return (
      <th scope="col" data-col={column.key} className={cellClass(column)}>
        {column.head}
      </th>
    );
  return (
    <th scope="col" data-col={column.key} className={cellClass(column)} aria-sort={direction ?? 'none'}>
      <button type="button" className="sort" onClick={() => onSort(nextSort(column.sort ?? '', sort))}>
        {column.head} <span aria-hidden="true">{direction === 'ascending' ? '▲' : direction === 'descending' ? '▼' : '↕'}</span>
      </button>
    </th>
  );
}

function Chooser({ keys, selection, label }: { keys: (string | number)[]; selection: Selection; label: string }): ReactNode {
  const many = keys.filter((key) => selection.chosen.has(key)).length;
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={many > 0 && many === keys.length}
      ref={(box) => {
        if (box) box.indeterminate = many > 0 && many < keys.length;
      }}
      onChange={(event) => selection.toggle(keys, event.target.checked)}
    />
  );
}

function Cells<Row>({ columns, row, link }: { columns: Column<Row>[]; row: Row; link: string | undefined }): ReactNode {
  const places = cardPlaces(columns);
  return columns.map((column) => {
    const place = places.get(column.key);
    const content = column.cell(row);
    return (
      <td key={column.key} className={cellClass(column)} data-col={column.key} data-side={place?.side} data-label={place?.label}>
        {column.anchor && link ? <Link to={link as never} className="row-link">{content}</Link> : content}
      </td>
    );
  });
}

export function Table<Row>({ caption, columns, rows, rowKey, link, mine, rowClass, cards = true, sort, onSort, selection, tall = false }: TableProps<Row>): ReactNode {
  const navigate = useNavigate();
  return (
    <div className={`table-wrap ${tall ? 'tall' : ''}`} tabIndex={0} role="region" aria-label={t`${caption}, table`}>
      <table className={`data ${cards ? 'cards' : ''}`}>
        <caption className="sr">{caption}</caption>
        <thead>
          <tr>
            {selection ? <th scope="col" className="choose off"><Chooser keys={rows.map(rowKey)} selection={selection} label={t`Choose all rows of this page`} /></th> : null}
            {columns.map((column) => (
              <Head key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={rowClass?.(row)}
              data-link={link ? 'true' : undefined}
              data-mine={mine?.(row) ? 'true' : undefined}
              onClick={(event) => {
                const inner = event.target instanceof Element && event.target.closest('a,button,input,summary');
                if (link && !inner && !getSelection()?.toString()) void navigate({ to: link(row) as never });
              }}
            >
              {selection ? <td className="choose off"><Chooser keys={[rowKey(row)]} selection={selection} label={t`Choose this row`} /></td> : null}
              <Cells columns={columns} row={row} link={link?.(row)} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function CsvButton<Row>({ name, columns, rows }: { name: string; columns: Column<Row>[]; rows: Row[] }): ReactNode {
  const usable = columns.filter((column) => column.value);
  const save = (): void => {
    const body = csv(
      usable.map((column) => column.head),
      rows.map((row) => usable.map((column) => column.value?.(row))),
    );
    saveFile(`${name}.csv`, body, 'text/csv;charset=utf-8');
  };
  return (
    <Button look="tiny" onClick={save} why={rows.length === 0 ? t`There are no rows to export.` : null}>
      <Trans>CSV</Trans>
    </Button>
  );
}

type ListProps<Row> = Omit<TableProps<Row>, 'rows'> & { query: ApiQuery<Page<Row>>; empty: ReactNode; emptyAction?: ReactNode; skeleton?: number; foot?: ReactNode };

/** A table over a page of the server, with its states. */
export function ListTable<Row>({ query, empty, emptyAction, skeleton = 8, foot, ...table }: ListProps<Row>): ReactNode {
  return (
    <Loaded query={query} rows={skeleton}>
      {(page) => (
        <>
          {page.items.length === 0 ? <EmptyState action={emptyAction}>{empty}</EmptyState> : <Table {...table} rows={page.items} />}
          {foot ?? null}
        </>
      )}
    </Loaded>
  );
}

type PagerProps = { shown: number | null; total: number | null; asOf?: number | undefined; onPrevious: (() => void) | null; onNext: (() => void) | null; children?: ReactNode };

export function Pager({ shown, total, asOf, onPrevious, onNext, children }: PagerProps): ReactNode {
  return (
    <div className="table-foot">
      <span className="num">
        {count(shown)} / {count(total)}
        {asOf === undefined ? null : <> · <Trans>as of {{ height: count(asOf) }}</Trans></>}
      </span>
      <span className="grow" />
      {children}
      <Button look="tiny" aria-label={t`Previous page`} onClick={onPrevious ?? undefined} why={onPrevious ? null : t`This is the first page.`}>
        ◀
      </Button>
      <Button look="tiny" aria-label={t`Next page`} onClick={onNext ?? undefined} why={onNext ? null : t`This is the last page.`}>
        ▶
      </Button>
    </div>
  );
}
