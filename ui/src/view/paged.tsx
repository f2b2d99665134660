// A list of the market page by page, where the page of the URL is another list's or none's.
import { useEffect, useState, type ReactNode } from 'react';
import { withQuery, type Query } from '../transport/http';
import { useList } from '../state/data';
import { ListTable, Pager, type Column } from './table';

const ROWS = 20;

type PagedProps<Row> = {
  path: string;
  query?: Query;
  caption: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string | number;
  link?: (row: Row) => string;
  empty: ReactNode;
  liveMs?: number;
};

export function PagedTable<Row>({ path, query = {}, liveMs, ...table }: PagedProps<Row>): ReactNode {
  const asked = withQuery(path, query);
  const [turned, setTurned] = useState<{ asked: string; cursors: string[] }>({ asked, cursors: [] });
  // Another list begins at its first page.
  const cursors = turned.asked === asked ? turned.cursors : [];
  useEffect(() => setTurned((old) => (old.asked === asked ? old : { asked, cursors: [] })), [asked]);
  const list = useList<Row>(path, { ...query, limit: ROWS, cursor: cursors[cursors.length - 1] }, liveMs === undefined ? {} : { liveMs });
  const { data } = list;
  return (
    <>
      <ListTable {...table} query={list} />
      {cursors.length > 0 || data?.next ? (
        <Pager
          shown={data?.items.length ?? 0}
          total={data?.total ?? 0}
          onPrevious={cursors.length ? () => setTurned({ asked, cursors: cursors.slice(0, -1) }) : null}
          onNext={data?.next ? () => setTurned({ asked, cursors: [...cursors, data.next!] }) : null}
        />
      ) : null}
    </>
  );
}
