// Full lists with filters, sort, columns of choice, pages anchored to a height, chosen rows and streamed export (§8.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link, useParams } from '@tanstack/react-router';
import { useRef, useState, type ReactNode } from 'react';
import { curl } from '../../model/commands';
import { count } from '../../model/format';
import { askedValue } from '../../model/list_filter';
import { withQuery, type Query } from '../../transport/http';
import { useHidden } from '../../state/columns';
import { useList } from '../../state/data';
import { useUrl, type UrlState } from '../../state/url';
import { PageHead } from '../../view/command';
import { ExportButtons } from '../../view/export';
import { ChosenRows, ColumnChooser } from '../../view/list_tools';
import { ListTable, Pager, type Selection } from '../../view/table';
import { Button, Panel } from '../../view/ui';
import { NotFound } from '../not_found';
import { ListFilters } from './list_filters';
import { LISTS, type ListKind } from './list_kinds';
import { AllMine } from './mine';

const SIZES = ['20', '50', '100'];
/** As high as the shortest page of rows. */
const SKELETON_ROWS = 20;

function askedOf(list: ListKind, url: UrlState): Query {
  const filters = Object.fromEntries(list.filters.map((filter) => [filter.name, askedValue(filter.kind, url[filter.name])]));
  return { ...filters, ...(list.mineAs && url.mine ? { [list.mineAs]: url.mine } : {}), sort: url.sort };
}

/** What was asked for, in the words of the form. */
function filterWords(list: ListKind, url: UrlState): string {
  const active = list.filters.filter((filter) => askedValue(filter.kind, url[filter.name]) !== null);
  return active.map((filter) => `${filter.label} ${filter.options?.find((each) => each.value === url[filter.name])?.label ?? url[filter.name]}`).join(', ');
}

/** Rows chosen over all pages that were seen. */
function useChosen(): { rows: Map<string | number, unknown>; selectionOf: (page: unknown[], keyOf: (row: never) => string) => Selection; clear: () => void } {
  const [rows, setRows] = useState<Map<string | number, unknown>>(new Map());
  const selectionOf = (page: unknown[], keyOf: (row: never) => string): Selection => ({
    chosen: new Set(rows.keys()),
    toggle: (keys, on) =>
      setRows((old) => {
        const next = new Map(old);
        for (const key of keys) {
          const row = page.find((each) => keyOf(each as never) === key);
          if (on && row) next.set(key, row);
          else next.delete(key);
        }
        return next;
      }),
  });
  return { rows, selectionOf, clear: () => setRows(new Map()) };
}

function PageSizes({ limit, onChange }: { limit: string; onChange: (size: string) => void }): ReactNode {
  return (
    <span className="row" style={{ gap: 4 }} role="group" aria-label={t`Rows a page`}>
      {SIZES.map((size) => <button key={size} type="button" className={`button tiny ${limit === size ? 'on' : ''}`} aria-pressed={limit === size} onClick={() => onChange(size)}>{size}</button>)}
    </span>
  );
}

function List({ name, list }: { name: string; list: ListKind }): ReactNode {
  const [url, change] = useUrl();
  const turned = useRef(0);
  const { hidden } = useHidden(name, list.hidden);
  const { rows: chosen, selectionOf, clear } = useChosen();
  const limit = SIZES.includes(url.limit ?? '') ? url.limit! : SIZES[0]!;
  const asked = askedOf(list, url);
  const query = useList<never>(list.path, { ...asked, limit, cursor: url.cursor, asOf: url.asOf });
  const { data } = query;
  const words = filterWords(list, url);
  const relax = (): void => change({ ...Object.fromEntries(list.filters.map((filter) => [filter.name, null])), mine: null, cursor: null, asOf: null });
  const columns = list.columns.filter((column) => !hidden.includes(column.key));
  // A page that was opened by its address has no page before it in the history: then the first one is shown.
  const previous = (): void => {
    if (turned.current > 0) {
      turned.current -= 1;
      history.back();
    } else change({ cursor: null, asOf: null });
  };
  const next = (): void => {
    turned.current += 1;
    change({ cursor: data?.next ?? null, asOf: String(data?.asOf ?? '') }, true);
  };
  return (
    <>
      <PageHead title={list.title} command={curl(location.origin, withQuery(list.path, { ...asked, limit }))} lead={<Link to="/explorer"><Trans>Explorer</Trans></Link>}>
        {list.mineAs ? <AllMine /> : null}
      </PageHead>
      <ListFilters of={list.filters} url={url} change={change} />
      <Panel title={data ? t`${{ number: count(data.total) }} in all` : list.title} tools={<><ColumnChooser list={name} columns={list.columns} hidden={list.hidden} /><ExportButtons path={list.path} query={asked} name={name} /></>}>
        {chosen.size ? <div style={{ padding: '8px 12px' }}><ChosenRows list={name} columns={columns} rows={[...chosen.values()] as never[]} onClear={clear} /></div> : null}
        <ListTable
          caption={list.title}
          columns={columns}
          query={query}
          rowKey={list.rowKey}
          link={list.link}
          sort={url.sort}
          onSort={(sort) => change({ sort, cursor: null, asOf: null })}
          skeleton={SKELETON_ROWS}
          selection={selectionOf(data?.items ?? [], list.rowKey)}
          tall
          empty={words ? t`Nothing fits: ${words}.` : list.none}
          emptyAction={words || url.mine ? <Button onClick={relax}><Trans>Show all</Trans></Button> : null}
        />
        <Pager shown={data?.items.length ?? null} total={data?.total ?? null} asOf={data?.asOf} onPrevious={url.cursor ? previous : null} onNext={data?.next ? next : null}>
          <PageSizes limit={limit} onChange={(size) => change({ limit: size, cursor: null, asOf: null })} />
        </Pager>
      </Panel>
    </>
  );
}

export function ListPage(): ReactNode {
  const { kind: name } = useParams({ strict: false }) as { kind: string };
  const list = LISTS[name];
  // Another list begins with nothing chosen.
  return list ? <List key={name} name={name} list={list} /> : <NotFound />;
}
