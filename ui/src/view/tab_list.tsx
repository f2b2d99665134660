// The row of tabs: where it is wider than the screen it scrolls, and the chosen tab is always in sight.
import { Tabs } from 'radix-ui';
import { useEffect, useRef, type ReactNode } from 'react';

export function TabList({ label, chosen, children }: { label: string; chosen: string; children: ReactNode }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector('[data-state="active"]');
    if (!list.current || !tab) return;
    const [outer, inner] = [list.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (inner.left >= outer.left && inner.right <= outer.right) return;
    // Not scrollIntoView: that would move the page too.
    list.current.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  }, [chosen]);
  return <Tabs.List ref={list} className="tabs-list" aria-label={label}>{children}</Tabs.List>;
}
