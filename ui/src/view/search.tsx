// The search field of the header: a combobox with recent ids and the server's hits (web-ui.md §8.4).
import { t } from '@lingui/core/macro';
import { useNavigate } from '@tanstack/react-router';
import { kindWord } from '../model/words';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { hitPath, parseSearch, splitAt } from '../model/search';
import { clip, visible } from '../model/text';
import { useHits } from '../state/hits';
import { recentStore } from '../state/settings';
import { useStore } from '../state/store';
import { say } from '../state/activity';

const ROWS = 8;
type Row = { kind: string; id: string; label: string };

export function remember(id: string): void {
  recentStore.set((old) => [id, ...old.filter((each) => each !== id)].slice(0, ROWS));
}

/** A text with what was typed in it marked. */
function Marked({ text, typed }: { text: string; typed: string }): ReactNode {
  const [before, found, after] = splitAt(visible(text), typed);
  return <bdi>{before}{found ? <mark>{found}</mark> : null}{after}</bdi>;
}

export function SearchBox({ large = false, placeholder = t`Search address, id, hash, name` }: { large?: boolean; placeholder?: string }): ReactNode {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const navigate = useNavigate();
  const recent = useStore(recentStore);
  const input = parseSearch(text);
  // Malformed text asks nothing.
  const hits = useHits(input.kind === 'query' ? input.q : null) ?? [];
  const rows: Row[] = (text.trim() ? hits : recent.map((each) => ({ kind: 'recent', id: each, label: '' }))).slice(0, ROWS);

  const go = (row: Row): void => {
    setOpen(false);
    setText('');
    remember(row.id);
    void navigate({ to: (row.kind === 'recent' ? `/search?q=${encodeURIComponent(row.id)}` : hitPath(row)) as never });
  };
  const submit = (): void => {
    if (input.kind === 'empty') return;
    if (input.kind === 'bad') {
      say(input.reason, true);
      return;
    }
    if (input.kind === 'many') {
      setOpen(false);
      void navigate({ to: '/search', search: { q: text.trim() } as never });
      return;
    }
    // The page of the search looks at the checksum of an address before it opens anything.
    const only = hits.length === 1 && input.of !== 'address' ? hits[0] : undefined;
    if (only) go(only);
    else {
      setOpen(false);
      void navigate({ to: '/search', search: { q: text.trim() } as never });
    }
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((old) => (rows.length === 0 ? -1 : (old + step + rows.length) % rows.length));
    } else if (event.key === 'Enter') {
      const row = rows[active];
      if (open && row) go(row);
      else submit();
    } else if (event.key === 'Escape') {
      if (open) setOpen(false);
      else event.currentTarget.blur();
    }
  };
  return (
    <div className="search" ref={box} style={large ? { maxWidth: 720 } : undefined} role="search" aria-label={large ? t`Explorer` : t`Everywhere`}>
      <input
        id={large ? 'search-large' : 'search'}
        className="input"
        style={large ? { minHeight: 44, fontSize: '1.07rem' } : undefined}
        role="combobox"
        aria-label={placeholder}
        aria-expanded={open && rows.length > 0}
        aria-controls={`${id}l`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 && open ? `${id}${active}` : undefined}
        aria-invalid={input.kind === 'bad' || undefined}
        aria-describedby={input.kind === 'bad' ? `${id}e` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={keys}
      />
      {text ? null : <kbd aria-hidden="true">/</kbd>}
      {input.kind === 'bad' && open ? (
        <div className="suggestions" id={`${id}e`} role="alert">
          <div style={{ padding: 8 }} className="tone-danger">{input.reason}</div>
        </div>
      ) : (
        <ul className="suggestions" role="listbox" id={`${id}l`} aria-label={t`Suggestions`} hidden={!open || rows.length === 0}>
          {rows.map((row, at) => (
            <li key={row.kind + row.id} id={`${id}${at}`} role="option" aria-selected={at === active} onPointerDown={(event) => { event.preventDefault(); go(row); }}>
              <span className="kind">{kindWord(row.kind)}</span>
              <span className="grow">
                {row.label ? <Marked text={clip(row.label, 60).text} typed={text.trim()} /> : null} <code className="muted small"><Marked text={row.id.length > 24 ? `${row.id.slice(0, 20)}…` : row.id} typed={text.trim()} /></code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
