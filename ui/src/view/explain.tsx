// Explain (web-ui.md §6.9): ordered reasons, each with who, now, needed, and the smallest change that helps.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { kindWord } from '../model/words';
import type { Explanation, Reason } from '../transport/api';
import { i18n } from '#texts';
import { checkText } from '../model/checks';
import { command } from '../model/commands';
import { shortHash } from '../model/format';
import { visible } from '../model/text';
import { useApi } from '../state/data';
import { ShowCommand } from './command';
import { Loaded } from './states';
import { Button, Chip, Panel } from './ui';

const FIRST = 5;

/** The server's code as a sentence. */
const stateWords = (state: string): string => {
  const words = state.replaceAll('_', ' ').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

function placeOf(id: string): string {
  return `/search?q=${id}`;
}

export function ReasonItem({ reason, onFix, anchor }: { reason: Reason; onFix?: ((reason: Reason) => void) | undefined; anchor?: string }): ReactNode {
  const known = checkText(reason.code);
  return (
    <li className="stack" style={{ gap: 3 }} id={anchor}>
      <div>
        {anchor ? <a href={`#${anchor}`} title={t`link to this reason`}><Chip tone="neutral">{reason.code}</Chip></a> : <Chip tone="neutral">{reason.code}</Chip>} <bdi>{visible((i18n.locale === 'en' ? reason.text || known?.text : (known?.text ?? reason.text)) ?? '')}</bdi>
        {reason.who ? <span className="muted small"> <Trans>· concerns: <bdi>{kindWord(reason.who)}</bdi></Trans></span> : null}
      </div>
      {reason.now !== null || reason.needed !== null ? (
        <div className="small muted">
          <Trans>now {{ now: reason.now ?? '—' }}, needed {{ needed: reason.needed ?? '—' }}</Trans>
        </div>
      ) : null}
      {reason.fix ? (
        <div className="row small">
          {onFix ? <Button look="tiny" onClick={() => onFix(reason)}><bdi>{visible(reason.fix.text)}</bdi></Button> : <strong><bdi>{visible(reason.fix.text)}</bdi></strong>}
          {reason.gain ? <bdi>{visible(reason.gain)}</bdi> : null}
        </div>
      ) : known ? (
        <div className="small muted"><Trans>What helps: {{ fix: known.fix }}.</Trans></div>
      ) : null}
      {reason.links.length ? (
        <div className="row small">
          {reason.links.map((id) => (
            <Link key={id} to={placeOf(id) as never}><code>{shortHash(id)}</code></Link>
          ))}
        </div>
      ) : null}
    </li>
  );
}

export function Reasons({ reasons, onFix }: { reasons: Reason[]; onFix?: ((reason: Reason) => void) | undefined }): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? reasons : reasons.slice(0, FIRST);
  return (
    <>
      <ol className="stack" style={{ margin: 0, paddingInlineStart: 20 }}>
        {shown.map((reason, at) => (
          <ReasonItem key={reason.code + at} anchor={`reason-${reason.code}${at ? `-${at + 1}` : ''}`} reason={reason} onFix={onFix} />
        ))}
      </ol>
      {reasons.length > FIRST && !all ? <Button look="tiny" onClick={() => setAll(true)}><Trans>Show all {{ number: reasons.length }}</Trans></Button> : null}
    </>
  );
}

type ExplainProps = { subject: 'order' | 'deal' | 'task' | 'worker'; id: string; onFix?: (reason: Reason) => void; bare?: boolean };

/** `bare`: inside a dialog that has a heading of its own. */
export function Explain({ subject, id, onFix, bare = false }: ExplainProps): ReactNode {
  const query = useApi<Explanation>(`/v1/explain/${subject}/${id}`, {}, { liveMs: 5_000 });
  const show = <ShowCommand of={command(['bourse', 'explain', id], 'GET', `/v1/explain/${subject}/${id}`)} />;
  const answer = (
    <Loaded query={query} rows={3}>
      {(found) => (
        <div className={`stack ${bare ? '' : 'body'}`}>
          <strong><bdi>{stateWords(found.state)}</bdi></strong>
          {found.reasons.length === 0 ? <span className="muted"><Trans>Nothing stands in the way.</Trans></span> : <Reasons reasons={found.reasons} onFix={onFix} />}
        </div>
      )}
    </Loaded>
  );
  if (bare) return <>{answer}<div>{show}</div></>;
  return <Panel title={t`Why?`} tools={show}>{answer}</Panel>;
}
