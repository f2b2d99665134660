// What the market finds for a text that is being typed: asked when the typing rests, the last question only.
import { useEffect, useState } from 'react';
import type { Hit, Search } from '../transport/api';
import { api } from '../transport/http';

const DEBOUNCE_MS = 120;

/** null while nothing is asked (`q` null) and until the market has answered; hits stay until the next ones are there. */
export function useHits(q: string | null): Hit[] | null {
  const [hits, setHits] = useState<Hit[] | null>(null);
  useEffect(() => {
    if (q === null) {
      setHits(null);
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api<Search>(`/v1/search?q=${encodeURIComponent(q)}`, { signal: stop.signal }).then((answer) => setHits(answer.items), () => undefined);
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [q]);
  return hits;
}
