// On the way out: a link that somebody else wrote opens only from here, where its whole address is to be read (S-04).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { curl } from '../../model/commands';
import { visible } from '../../model/text';
import { doubtsOf, webAddress, type Doubt } from '../../model/web_address';
import { useUrl } from '../../state/url';
import { PageHead } from '../../view/command';
import { Button, Copy, KeyTable, Notice, Panel } from '../../view/ui';

const WORDS: Record<Doubt, string> = {
  name: t`A name stands before the @: it is sent along, and it is not where the link leads.`,
  script: t`The host has letters of another script: it may imitate a name that you know.`,
  number: t`The host is a number, not a name: nothing says whose it is.`,
  plain: t`The connection is not encrypted: others can read and change what it brings.`,
};

function Target({ url }: { url: URL }): ReactNode {
  const doubts = doubtsOf(url);
  return (
    <div className="stack">
      <Notice tone="warning"><Trans>This link was written by whoever registered the app or the dataset. This market has not looked at what is behind it.</Trans></Notice>
      <Panel title={t`Where it leads`}>
        <KeyTable
          rows={[
            [t`Host`, <strong key="h"><bdi>{url.host}</bdi></strong>],
            [t`Full address`, <span key="a" className="always"><code className="whole"><bdi>{visible(url.href)}</bdi></code> <Copy text={url.href} kind={t`address`} always /></span>],
            doubts.length ? [t`Look twice`, <ul key="d" className="plain-list">{doubts.map((doubt) => <li key={doubt}>{WORDS[doubt]}</li>)}</ul>] : null,
          ]}
        />
      </Panel>
      <div className="row">
        <a className="button primary" href={url.href} target="_blank" rel="noopener noreferrer nofollow"><Trans>Open in a new tab</Trans></a>
        <Button onClick={() => history.back()}><Trans>Back</Trans></Button>
      </div>
    </div>
  );
}

export function LinkPage(): ReactNode {
  const [{ to = '' }] = useUrl();
  const url = webAddress(to);
  return (
    <>
      <PageHead title={t`Leaving this market`} command={url ? curl('', url.href) : null} />
      {url ? <Target url={url} /> : (
        <Notice tone="danger" alert>
          <Trans>This is no web address, so it is shown and not opened: <code className="whole"><bdi>{visible(to) || '—'}</bdi></code></Trans>
        </Notice>
      )}
    </>
  );
}
