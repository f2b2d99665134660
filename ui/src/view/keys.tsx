// Keyboard (web-ui.md §15): single letters off inside fields, listed under `?`, switched off in the settings.
import { t } from '@lingui/core/macro';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { setSetting, settingsStore } from '../state/settings';
import { dropLetter, offerLetter, pressLetter } from './letters';
import { Dialog } from './overlays';

const PLACES: Record<string, string> = { m: '/market', e: '/explorer', s: '/store', o: '/ops', l: '/learn', w: '/wallet' };

const LIST: [string, string][] = [
  ['/', t`focus search`],
  ['?', t`this list`],
  [t`Esc`, t`close, or leave a field`],
  [t`g then m e s o l w`, t`go to Market, Explorer, Store, Operator, Learn, Wallet`],
  ['1…9', t`category`],
  ['t · u · r', t`TEE · GPU · trust filter`],
  ['b · s', t`focus buy / sell ticket`],
  ['x', t`switch market and limit order`],
  ['j · k · ↓ · ↑', t`next, previous row`],
  [t`Enter · Shift+Enter`, t`fill the market / limit form from a row of the book`],
  ['c · y', t`copy the focused id / the link of this page`],
  ['p', t`pause live updates`],
  ['m', t`All / Mine`],
  ['l · d', t`layout · theme`],
  [t`Alt+Backspace`, t`cancel the focused order of yours (asks first)`],
];

function moveRow(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr')].filter((row) => row.offsetParent !== null);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  next?.querySelector<HTMLElement>('a,button')?.focus();
}

/** Arrows move in a table once the keyboard is in it; elsewhere they scroll the page. */
const inRow = (): boolean => document.activeElement?.closest('main tbody tr') != null;

function copyFocused(): void {
  const id = document.activeElement?.closest('[data-id]')?.getAttribute('data-id');
  if (id) void navigator.clipboard?.writeText(id);
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function useKeys(): ReactNode {
  const navigate = useNavigate();
  const router = useRouter();
  const [help, setHelp] = useState(false);
  const waiting = useRef(0);
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      dropLetter();
      if (event.key === 'Escape' && inField(event.target)) (event.target as HTMLElement).blur();
      if (inField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('dialog[open]')) return;
      if (!settingsStore.get().letterKeys && event.key !== '?') return;
      const { key } = event;
      if (Date.now() - waiting.current < 1_500 && PLACES[key]) {
        waiting.current = 0;
        void navigate({ to: PLACES[key] as never });
      } else if (key === 'g') waiting.current = Date.now();
      else if (key === '/') {
        event.preventDefault();
        (document.getElementById('search-large') ?? document.getElementById('search'))?.focus();
      } else if (key === '?') setHelp(true);
      else if (key === 'j' || key === 'k') moveRow(key === 'j' ? 1 : -1);
      else if ((key === 'ArrowDown' || key === 'ArrowUp') && inRow()) {
        event.preventDefault();
        moveRow(key === 'ArrowDown' ? 1 : -1);
      }
      else if (key === 'c') copyFocused();
      else if (key === 'y') void navigator.clipboard?.writeText(location.href);
      else if (key === 'd') setSetting('theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
      else if (/^[a-z1-9]$/.test(key)) {
        if (key === 'b' || key === 's') event.preventDefault();
        pressLetter(key, router.state.location.pathname !== router.state.resolvedLocation?.pathname);
      }
    };
    addEventListener('keydown', down);
    addEventListener('pointerdown', dropLetter);
    const forget = router.subscribe('onResolved', offerLetter);
    return () => {
      removeEventListener('keydown', down);
      removeEventListener('pointerdown', dropLetter);
      forget();
    };
  }, [navigate, router]);
  return (
    <Dialog open={help} onClose={() => setHelp(false)} title={t`Keyboard`}>
      <dl className="kv">
        {LIST.map(([key, what]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
