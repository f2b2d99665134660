// A page that there is not: what was asked for, what to tell somebody who can help, and the ways on (web-ui.md §11).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { curl } from '../model/commands';
import { visible } from '../model/text';
import { say } from '../state/activity';
import { PageHead } from '../view/command';
import { diagnostics } from '../view/states';
import { Button } from '../view/ui';

/** The last part of the address, where an id stands. */
const idOf = (path: string): string => {
  const last = path.split('/').filter(Boolean).at(-1) ?? '';
  return /^(0x)?[0-9a-zA-Z]{3,}$/.test(last) ? last : '';
};

/** The address as it is read; one that is no text at all stays as it is. */
function readable(path: string): string {
  try {
    return visible(decodeURI(path));
  } catch {
    return path;
  }
}

export function NotFound(): ReactNode {
  const { pathname } = location;
  const id = idOf(pathname);
  const problem = { code: 'NO_SUCH_PAGE', message: `no page has the address ${pathname}`, status: 404 };
  const copy = (): void => void navigator.clipboard?.writeText(diagnostics(problem)).then(() => say(t`diagnostics copied`));
  return (
    <>
      <PageHead title={t`There is no such page`} lead={<code><bdi>{readable(pathname)}</bdi></code>} command={curl(location.origin, '/v1/openapi.json')} />
      <p><Trans>The address is misspelt, or it is of another version of this market.</Trans></p>
      <div className="row">
        <Link className="button primary" to="/market"><Trans>To the market</Trans></Link>
        <Link className="button" to="/explorer"><Trans>To the explorer</Trans></Link>
        {id ? <Link className="button" to="/search" search={{ q: id } as never}><Trans>Search for <code>{id.slice(0, 18)}</code></Trans></Link> : null}
        <Button onClick={copy}><Trans>Copy diagnostics</Trans></Button>
      </div>
    </>
  );
}
