// @vitest-environment happy-dom
// The console and the task page: states of workers (T-20), the log window (T-21), what a task waits for, phases as bars.
import { act, cleanup, render, screen } from '@testing-library/react';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpsWorker, Task } from '../../src/transport/api';
import { newerThan } from '../../src/model/log_lines';
import { sumText } from '../../src/model/format';
import { namesBuyer, subscriptionFile, subscriptionVolume, EMPTY_SELL } from '../../src/model/ticket';
import { commodityOf } from '../../src/model/commodity';
import { queryOf, textOfQuery } from '../../src/model/search';
import { firstPaths } from '../../src/model/first';
import { queryClient } from '../../src/state/data';
import { ConfidenceMeter, Waiting } from '../../src/pages/explorer/task_progress';
import { Delay } from '../../src/pages/ops/worker_columns';
import { Gantt } from '../../src/view/gantt';

afterEach(cleanup);

async function show(content: () => ReactNode): Promise<string> {
  const router = createRouter({ routeTree: createRootRoute({ component: () => <>{content()}</> }), history: createMemoryHistory() });
  await act(async () => {
    await router.load();
    render(<QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider>);
  });
  return document.body.textContent ?? '';
}

describe('a worker of the pool (T-20)', () => {
  const worker = (state: OpsWorker['state'], delayMs: number): OpsWorker => ({ state, delayMs }) as OpsWorker;
  it.each([['fresh', 4_900, '● fresh 4.9 s'], ['late', 5_100, '◔ late 5.1 s'], ['lost', 15_200, '✕ lost 15.2 s']] as const)('is %s after %d ms, in words', async (state, delay, words) => {
    expect(await show(() => <Delay row={worker(state, delay)} />)).toContain(words);
  });
});

const NOW = Date.UTC(2026, 0, 1);
const task = (change: Partial<Task>): Task =>
  ({ status: 'REVEALING', trust: 1, winners: 1, revealed: 0, contributionDeadline: NOW + 1e6, revealDeadline: NOW + 600_000, finalDeadline: NOW + 3e6, consensus: '0x1', ended: null, ...change }) as Task;

describe('a task that waits for its reveal', () => {
  it('says for whom, until when, and what then', async () => {
    const text = await show(() => <Waiting task={task({})} now={NOW} />);
    expect(text).toContain('the only winner must still reveal');
    expect(text).toContain('With trust 1 a single run decides');
    expect(text).toContain('anyone can claim the refund');
  });
  it('says so when the time is over, and where the file never comes', async () => {
    expect(await show(() => <Waiting task={task({ trust: 3, winners: 3, revealed: 1 })} now={NOW + 700_000} />)).toContain('2 of 3 winners did not reveal in time');
    cleanup();
    expect(await show(() => <Waiting task={task({ revealed: 1 })} now={NOW} />)).toContain('as soon as a file with the agreed digest lies in the store');
    cleanup();
    expect(await show(() => <Waiting task={task({ status: 'COMPLETE' })} now={NOW} />)).toBe('');
  });
});

describe('confidence (T-16)', () => {
  it('t = 100, five agreeing newcomers: 32/33, two newcomers or one score ≥ 15', async () => {
    const text = await show(() => <ConfidenceMeter task={task({ status: 'RUNNING', trust: 100, confidence: { best: '32', total: '33', share: 32 / 33, needed: 0.99, reached: false } })} />);
    expect(text).toContain('32/33 = 97.0 % of 99.0 %');
    expect(text).toContain('needs two newcomers or one score ≥ 15');
  });
});

describe('log (T-21)', () => {
  it('counts what came after the lines that are read', () => {
    const lines = (from: number, to: number): { position: number }[] => Array.from({ length: to - from }, (_, at) => ({ position: (from + at) * 3 }));
    expect(newerThan(lines(0, 10), lines(0, 10))).toBe(0);
    expect(newerThan(lines(0, 14), lines(0, 10))).toBe(4);
    expect(newerThan(lines(100, 105), lines(0, 10))).toBe(5); // the ring has moved on
    expect(newerThan([], lines(0, 3))).toBe(0);
  });
});

describe('phases as bars', () => {
  it('stand on one axis, an open one until now, with the same numbers as a table', async () => {
    await show(() => <Gantt caption="Phases" from={0} to={null} now={10_000} rows={[{ key: 'a', label: 'a', note: null, bars: [{ name: 'download', from: 0, to: 2_500, tone: 'info' }, { name: 'compute', from: 2_500, to: null, tone: 'info' }] }]} />);
    const bars = [...document.querySelectorAll<HTMLElement>('.gantt-bar')];
    expect(bars.map((bar) => [bar.style.insetInlineStart, bar.style.width])).toEqual([['0%', '25%'], ['25%', '75%']]);
    expect(screen.getByRole('img', { name: 'Phases: download 2.5 s, compute 7.5 s so far' })).toBeTruthy();
    expect(document.querySelector('table')?.textContent).toContain('7.5 s so far');
  });
});

describe('sums, subscriptions, first requests', () => {
  it('a sum fits its tile and is never rounded up', () => {
    expect(sumText('273')).toBe('273 nRLC');
    expect(sumText('1000000000013')).toBe('≈ 1\u202f000 RLC');
    expect(sumText('999999999727')).toBe('≈ 999.99 RLC');
    expect(sumText('12500000000')).toBe('12.5 RLC');
    expect(sumText(null)).toBe('—');
  });
  it('a subscription is one order for all periods, and a file for the scheduler of the seller', () => {
    expect(subscriptionVolume({ periodTasks: '10', periods: '12' })).toBe('120');
    expect(subscriptionVolume({ periodTasks: '0', periods: '12' })).toBeNull();
    expect(JSON.parse(subscriptionFile({ ...EMPTY_SELL, kind: 'subscription', requester: '0xabc', price: '15', volume: '100', trust: '1', periodDays: '30', periods: '12' }, 0, 1_767_225_600_000))).toEqual([{ requester: '0xabc', category: 0, trust: 1, price_nrlc: 15, tasks: 100, from: 1_767_225_600, until: 1_767_225_600 + 360 * 86_400, period_s: 30 * 86_400 }]);
    expect([namesBuyer('public'), namesBuyer('volume'), namesBuyer('otc')]).toEqual([false, false, true]);
  });
  it('an address keeps every digit of what it names', () => {
    const query = { amount: '9000000000000000001', q: 'a b&c', from: '0' };
    expect(queryOf(textOfQuery(query))).toEqual(query);
    expect(textOfQuery({ cursor: null, sort: '' })).toBe('');
  });
  it('asks early for what the page will ask for, spelled the same', () => {
    expect(firstPaths('/market/3', '?trust=5', null)).toEqual(['/v1/boot', '/v1/book?category=3&tag=none&trust=0&view=orders', '/v1/trades?category=3&tag=none&trust=5&limit=20', '/v1/ticker?category=3&tag=none&trust=5']);
    expect(firstPaths('/', '', 2)[1]).toContain('category=2');
    expect(firstPaths('/', '', null)).toEqual(['/v1/boot']);
    expect(firstPaths(`/deal/0x${'a'.repeat(64)}`, '', 0)[1]).toBe(`/v1/deals/0x${'a'.repeat(64)}`);
    expect(firstPaths('/market/order/0x12', '', 0)).toEqual(['/v1/boot']);
    expect(commodityOf('cat4', 'nonsense', '-3')).toEqual({ category: 4, tag: 'none', trust: 0, key: '4-none-0' });
  });
});
