// @vitest-environment happy-dom
// The brief's screens from the fixture's rows, drawn by the same components as the page (T-01, T-02, T-03, T-11, T-27).
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, within } from '@testing-library/react';
import { useState, type ReactNode } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bookOfSnapshot } from '../../src/model/book';
import { BookPanel, type Pick } from '../../src/pages/market/book';
import { TradesPanel } from '../../src/pages/market/trades';
import { Cost } from '../../src/pages/market/preflight';
import { dealColumns } from '../../src/pages/explorer/columns';
import { queryClient, useNow } from '../../src/state/data';
import { Table } from '../../src/view/table';
import { JsonText, Untrusted } from '../../src/view/values';
import { asks, bids, data, deals, trades } from '../fixture';

afterEach(cleanup);

async function show(content: () => ReactNode): Promise<void> {
  const router = createRouter({ routeTree: createRootRoute({ component: () => <>{content()}</> }), history: createMemoryHistory() });
  await act(async () => {
    await router.load();
    render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>,
    );
  });
}

const book = bookOfSnapshot('orders', { asks, bids });
const nothing = (): void => undefined;
const panel = (onPick: (pick: Pick) => void = nothing): ReactNode => (
  <BookPanel book={book} last="8" direction="down" rows={11} account={null} trust={0} unit="nRLC" extra="0" paused={false} waiting={0} onPause={nothing} onPick={onPick} onMid={nothing} onCancel={nothing} onRows={nothing} onHold={nothing} />
);
const pricesOf = (region: HTMLElement): number[] => [...region.querySelectorAll('td.c-price')].map((cell) => Number(cell.textContent));

describe('order book (T-01)', () => {
  it('rows, order, columns, middle row and spread as on the screen', async () => {
    await show(() => panel());
    const askSide = screen.getByRole('region', { name: 'Workers, asks' });
    const bidSide = screen.getByRole('region', { name: 'Requesters, bids' });
    expect(pricesOf(askSide)).toEqual(data.orderBook.asks.map((order) => order.price));
    expect(pricesOf(bidSide)).toEqual(data.orderBook.bids.map((order) => order.price));
    expect(within(askSide).getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Hash', 'Price', 'Workerpool', 'Trust', 'Volume']);
    expect(within(bidSide).getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Hash', 'Price', 'Requester', 'Trust', 'Volume']);
    expect(document.querySelector('[data-test="middle"]')?.textContent).toBe(data.orderBook.middle);
    expect(document.querySelector('[data-test="spread"]')?.textContent).toBe('spread 5 = 90.9 % of mid 5.5');
    expect([...askSide.querySelectorAll('td.c-trust')].every((cell) => cell.textContent === '1')).toBe(true);
    expect([...bidSide.querySelectorAll('td.c-trust')].every((cell) => cell.textContent === '0')).toBe(true);
  });
  it('a click on the ask of 8 hands over its hash, volume and price (T-03)', async () => {
    const onPick = vi.fn();
    await show(() => panel(onPick));
    const rows = screen.getByRole('region', { name: 'Workers, asks' }).querySelectorAll('tbody tr[data-id]');
    act(() => (rows[rows.length - 1] as HTMLElement).click());
    expect(onPick).toHaveBeenCalledWith(expect.objectContaining({ side: 'asks', limit: false, row: expect.objectContaining({ price: '8', remaining: 1, hash: asks[10]!.hash }) }));
  });
  it('the cost of that purchase is 8 and the app price', async () => {
    await show(() => <Cost pool="8" app="1" dataset={null} volume="1" check={null} free={null} />);
    expect(document.querySelector('[data-test="total"]')?.textContent).toBe('9 nRLC');
  });
  it('says which side is empty', async () => {
    await show(() => <BookPanel book={bookOfSnapshot('orders', {})} last={null} direction="flat" rows={11} account={null} trust={0} unit="nRLC" extra="0" paused={false} waiting={0} onPause={nothing} onPick={nothing} onMid={nothing} onCancel={nothing} onRows={nothing} onHold={nothing} />);
    expect(screen.getByText('No sell orders')).toBeTruthy();
    expect(screen.getByText('No buy orders')).toBeTruthy();
  });
  it('takes room for the rows that it has, at least for five, and gives none back', async () => {
    const [one, all] = [asks.slice(0, 1), asks].map((rows) => bookOfSnapshot('orders', { asks: rows }));
    let draw: (next: typeof book) => void = nothing;
    const Growing = (): ReactNode => {
      const [now, set] = useState(one!);
      draw = set;
      return <BookPanel book={now} last={null} direction="flat" rows={11} account={null} trust={0} unit="nRLC" extra="0" paused={false} waiting={0} onPause={nothing} onPick={nothing} onMid={nothing} onCancel={nothing} onRows={nothing} onHold={nothing} />;
    };
    await show(() => <Growing />);
    const rows = (): number => (parseFloat(screen.getByRole('region', { name: 'Workers, asks' }).style.height) - 22) / 24;
    expect(rows()).toBe(5);
    act(() => draw(all!));
    expect(rows()).toBe(11);
    act(() => draw(one!));
    expect(rows()).toBe(11);
  });
  it('draws no more than 80 rows of a book of 50 000', async () => {
    const many = bookOfSnapshot('orders', { asks: Array.from({ length: 50_000 }, (_, at) => ({ ...asks[0]!, hash: `0x${at.toString(16).padStart(64, '0')}`, price: String(at + 1) })) });
    await show(() => <BookPanel book={many} last="1" direction="flat" rows={11} account={null} trust={0} unit="nRLC" extra="0" paused={false} waiting={0} onPause={nothing} onPick={nothing} onMid={nothing} onCancel={nothing} onRows={nothing} onHold={nothing} />);
    expect(document.querySelectorAll('tr[data-id]').length).toBeLessThanOrEqual(80);
  });
});

describe('recent trades (T-02)', () => {
  it('20 rows, newest first, with directions that do not need colour', async () => {
    await show(() => <TradesPanel trades={trades} account={null} unit="nRLC" paused={false} waiting={0} onPause={nothing} onHold={nothing} />);
    const rows = [...screen.getByRole('region', { name: 'Recent trades, table' }).querySelectorAll('tbody tr[data-id]')];
    expect(rows).toHaveLength(20);
    expect(rows[0]?.textContent).toContain('▼down 8');
    expect(rows[1]?.textContent).toContain('▲up 17');
    expect(rows[0]?.querySelector('time')?.textContent).toBe('11:18:32');
    expect(screen.getAllByRole('columnheader').slice(0, 5).map((cell) => cell.textContent)).toEqual(['ID', 'Price', 'Time', 'Workerpool', 'Volume']);
  });
});

describe('explorer home (T-11)', () => {
  it('last deals: columns, ages and prices of the fixture', async () => {
    const rows = deals(Date.now());
    await show(() => <Table caption="Last deals" rows={rows} rowKey={(row) => row.id} columns={dealColumns} />);
    expect(screen.getAllByRole('columnheader').map((cell) => cell.textContent)).toEqual(['Time', 'TxHash', 'Deal', 'App', 'Workerpool', 'Price', 'Volume']);
    const body = [...document.querySelectorAll('tbody tr')];
    expect(body.map((row) => row.querySelector('time')?.textContent)).toEqual(data.explorer.lastDeals.rows.map((row) => row.age));
    expect(body.map((row) => row.querySelectorAll('td')[5]?.textContent)).toEqual(data.explorer.lastDeals.rows.map((row) => `${row.price} nRLC`));
  });
});

describe('hostile text (T-27)', () => {
  it('is text, whatever it says', async () => {
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202egnp.exe';
    await show(() => <><p data-test="name"><Untrusted text={evil} /></p><JsonText text={`{"a":${JSON.stringify(evil)},"b":${'['.repeat(200)}${']'.repeat(200)}}`} /><JsonText text={evil} /></>);
    expect(document.querySelector('img, script')).toBeNull();
    expect(document.querySelector('[data-test="name"]')?.textContent).toContain('⟨U+202E⟩');
    expect((globalThis as { hacked?: number }).hacked).toBeUndefined();
    expect(document.body.textContent).toContain('too deep to show');
  });
});

describe('clock', () => {
  it('does not draw for ever on a machine where time passes between two renders', () => {
    let time = 1_000;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (time += 5));
    let renders = 0;
    const Watch = (): ReactNode => {
      renders += 1;
      return <span>{useNow(777)}</span>;
    };
    render(<Watch />);
    clock.mockRestore();
    expect(renders).toBeLessThan(5);
  });
});
