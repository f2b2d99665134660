// Progress in the title of the window (D-04): `(42 %) Deal 0x12…`, seen while another window is looked at.
import { useEffect, useRef } from 'react';

/** `share` 0 … 1; null shows the page's own title. */
export function useTitleShare(share: number | null): void {
  const own = useRef<string | null>(null);
  const percent = share === null ? null : Math.round(share * 100);
  useEffect(() => {
    if (percent === null) return;
    own.current ??= document.title;
    document.title = `(${percent} %) ${own.current}`;
  }, [percent]);
  const running = percent !== null;
  useEffect(() => {
    if (!running) return undefined;
    return () => {
      if (own.current !== null) document.title = own.current;
      own.current = null;
    };
  }, [running]);
}
