// Filters, tabs and pages in the query of the URL: any view can be shared and reloaded.
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useCallback } from 'react';

export type UrlState = Record<string, string>;

export function useUrl(): [UrlState, (change: Record<string, string | null>, push?: boolean) => void] {
  const search = useRouterState({ select: (state) => state.location.search }) as unknown as Record<string, unknown>;
  const navigate = useNavigate();
  const state = Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]));
  const change = useCallback(
    (next: Record<string, string | null>, push = false) => {
      void navigate({
        to: '.',
        search: ((old: Record<string, unknown>) => {
          const merged: Record<string, unknown> = { ...old };
          for (const [name, value] of Object.entries(next))
            if (value === null || value === '') delete merged[name];
            else merged[name] = value;
          return merged;
        }) as never,
        replace: !push,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [state, change];
}
