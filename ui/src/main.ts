// The first script: colours, the first requests, and, once the frame of the page has been painted, the application.
import { t } from '@lingui/core/macro';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/table.css';
import './styles/market.css';
import { firstPaths } from './model/first';
import { applySettings, settingsStore } from './state/choices';
import { askEarly } from './transport/early';
import { loadLanguage } from './texts/language';

const HIDDEN_MS = 100;

/** After the next painted frame; a hidden page paints none. */
function afterPaint(act: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) act();
    done = true;
  };
  requestAnimationFrame(() => setTimeout(once, 0));
  setTimeout(once, HIDDEN_MS);
}

function failed(): void {
  const wait = document.querySelector('#root [data-wait]');
  if (wait) wait.textContent = t`The page could not be loaded completely. Check the connection, then reload it.`;
}

const settings = settingsStore.get();
applySettings(settings);
askEarly(firstPaths(location.pathname, location.search, settings.welcomed ? settings.lastCategory : null));
const spoken = loadLanguage(settings.language);
afterPaint(() => void spoken.then(() => import('./app')).then(({ startApp }) => startApp(), failed));
