// @vitest-environment happy-dom
// Progress in the title of the window (D-04).
import { cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, it } from 'vitest';
import { useTitleShare } from '../../src/state/title';

afterEach(cleanup);

function Progress({ share }: { share: number | null }): ReactNode {
  useTitleShare(share);
  return null;
}

it('stands before the page’s own title and goes when it is over', () => {
  document.title = 'Deal';
  const { rerender, unmount } = render(<Progress share={null} />);
  expect(document.title).toBe('Deal');
  rerender(<Progress share={0.42} />);
  expect(document.title).toBe('(42 %) Deal');
  rerender(<Progress share={0.9} />);
  expect(document.title).toBe('(90 %) Deal');
  rerender(<Progress share={null} />);
  expect(document.title).toBe('Deal');
  rerender(<Progress share={0.1} />);
  unmount();
  expect(document.title).toBe('Deal');
});
