// Callbacks for parts that are drawn often.
import { useCallback, useRef } from 'react';

/** The same function at each drawing, doing what the newest `act` does: a part that is handed it has no reason to be drawn again. For events only. */
export function useStable<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const newest = useRef(act);
  newest.current = act;
  return useCallback((...args: Args) => newest.current(...args), []);
}
