// @vitest-environment happy-dom
// "Watch" on deals and tasks (§8.3): kept in this browser, once each, at most fifty.
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { unwatch, watchStore } from '../../src/state/watch';
import { WatchButton } from '../../src/view/watch';

beforeEach(() => watchStore.set([]));
afterEach(cleanup);

it('a deal is watched until it is not wanted any more', () => {
  render(<WatchButton kind="deal" id="0x1" ended={false} />);
  const press = (): void => act(() => screen.getByRole('button').click());
  press();
  expect([watchStore.get(), screen.getByRole('button').getAttribute('aria-pressed')]).toEqual([[{ kind: 'deal', id: '0x1' }], 'true']);
  press();
  expect(watchStore.get()).toEqual([]);
});

it('what has ended offers no watching, and the oldest goes when there are too many', () => {
  const { container } = render(<WatchButton kind="task" id="0xended" ended />);
  expect(container.textContent).toBe('');
  watchStore.set(Array.from({ length: 50 }, (_, at) => ({ kind: 'task' as const, id: `0x${at}` })));
  render(<WatchButton kind="task" id="0xnew" ended={false} />);
  act(() => screen.getByRole('button').click());
  expect([watchStore.get().length, watchStore.get()[0]?.id]).toEqual([50, '0xnew']);
  act(() => unwatch('0xnew'));
  expect(watchStore.get().some((each) => each.id === '0xnew')).toBe(false);
});
