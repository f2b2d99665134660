// The application: with the answers that have arrived meanwhile its first drawing shows them.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Direction } from 'radix-ui';
import { createRoot } from 'react-dom/client';
import { BOOT } from './model/first';
import { queryClient } from './state/data';
import { startFeed } from './state/live';
import { earlyAnswers } from './transport/early';
import { router } from './routes';

/** Longer than this the first drawing does not wait: it then shows skeletons. */
const EARLY_MS = 400;

export async function startApp(): Promise<void> {
  startFeed();
  for (const [path, value] of await earlyAnswers(EARLY_MS)) queryClient.setQueryData(path === BOOT ? ['boot'] : ['api', path, null], value);
  const root = document.getElementById('root');
  if (root)
    createRoot(root).render(
      <Direction.Provider dir={document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr'}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Direction.Provider>,
    );
}
