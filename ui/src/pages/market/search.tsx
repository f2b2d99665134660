// The market's own search field: an app, pool, order or deal; a hit narrows book and trades (M-07).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Hit } from '../../transport/api';
import { findOf } from '../../model/find';
import { shortHash } from '../../model/format';
import { kindWord } from '../../model/words';
import { useHits } from '../../state/hits';
import { useUrl } from '../../state/url';
import { Button, Chip } from '../../view/ui';
import { Untrusted } from '../../view/values';

const KINDS: Hit['kind'][] = ['app', 'workerpool', 'order', 'deal', 'account'];

export function MarketSearch(): ReactNode {
  const [url, change] = useUrl();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const asked = text.trim();
  const hits = useHits(asked.length < 2 ? null : asked)?.filter((hit) => KINDS.includes(hit.kind)).slice(0, 8) ?? null;
  const { kind, id } = findOf(url.find ?? '');
  const take = (hit: Hit): void => {
    setText('');
    setOpen(false);
    change({ find: `${hit.kind}:${hit.id}` });
  };
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') setOpen(false);
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const [first] = hits ?? [];
    if (first) take(first);
    else if (text.trim()) {
      change({ find: text.trim() });
      setText('');
    }
  };
  return (
    <div className="market-search" onBlur={(event) => { if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false); }}>
      {id ? <Chip className="accent">{kind ? kindWord(kind) : null} <code>{shortHash(id)}</code><button type="button" className="cell-link" aria-label={t`Show everything again`} title={t`Show everything again`} onClick={() => change({ find: null })}>✕</button></Chip> : null}
      <input className="input" aria-label={t`Search for computation or workerpool`} placeholder={t`Search for computation or workerpool`} autoComplete="off" spellCheck={false} value={text} onFocus={() => setOpen(true)} onChange={(event) => { setText(event.target.value); setOpen(true); }} onKeyDown={key} />
      {open && hits ? (
        <ul className="suggestions" aria-label={t`Suggestions`}>
          {hits.map((hit) => (
            <li key={hit.kind + hit.id}><Button className="suggestion" onClick={() => take(hit)}><span className="kind">{kindWord(hit.kind)}</span><span>{hit.label ? <Untrusted text={hit.label} limit={40} /> : null} <code className="muted small">{shortHash(hit.id)}</code></span></Button></li>
          ))}
          {hits.length === 0 ? <li className="muted small"><Trans>Nothing here has this name or id.</Trans></li> : null}
        </ul>
      ) : null}
    </div>
  );
}
