import type { ReactNode } from 'react';

const PATHS: Record<string, string> = {
  market: 'M4 19V9m5 10V5m6 14v-8m5 8V7',
  explorer: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm5-1.5L20 20',
  store: 'M4 9h16l-1 11H5L4 9Zm4 0V7a4 4 0 0 1 8 0v2',
  ops: 'M4 14a8 8 0 0 1 16 0M12 14l4-4M6 18h12',
  learn: 'M3 8l9-4 9 4-9 4-9-4Zm4 2.5V16c3 2.3 7 2.3 10 0v-5.5',
  wallet: 'M4 7h15v12H4zM4 7l11-3v3m-1 6h5',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15L6 16Zm4 4h4',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M19 14.5A7.5 7.5 0 1 1 9.5 5a6 6 0 0 0 9.5 9.5Z',
  system: 'M4 5h16v11H4zM9 20h6m-3-4v4',
};

export function Icon({ name, size = 20 }: { name: string; size?: number }): ReactNode {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name] ?? ''} />
    </svg>
  );
}
