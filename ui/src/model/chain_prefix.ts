// Chain prefixes of paths (web-ui.md §2): /dev/deal/0x… is /deal/0x… of the development chain.
import type { Boot } from '../transport/api';

export type Chain = Boot['chains'][number];

const KNOWN = ['dev', 'main', 'side'];

/** The chain that a path names, or null, and the path behind it. */
export function splitPrefix(path: string): { prefix: string | null; path: string } {
  const [, first = '', ...rest] = path.split('/');
  return KNOWN.includes(first) ? { prefix: first, path: `/${rest.join('/')}` } : { prefix: null, path };
}

export const prefixOf = (chain: Chain): string => (chain.dev ? 'dev' : chain.name);

/** For the router: while a prefix is in the address, the paths of this page are those behind it, and its links keep it. */
export function prefixRewrite(prefix: string | null): { input: (to: { url: URL }) => URL; output: (to: { url: URL }) => URL } | undefined {
  if (prefix === null) return undefined;
  return {
    input: ({ url }) => {
      url.pathname = splitPrefix(url.pathname).path;
      return url;
    },
    output: ({ url }) => {
      url.pathname = `/${prefix}${url.pathname}`;
      return url;
    },
  };
}
