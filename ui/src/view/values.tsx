// Values as every screen shows them: amounts, ids, times, statuses (web-ui.md §4).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { amount, amountWithUnit, bothUnits, count, MISSING, shortHash, spokenHash, sumText } from '../model/format';
import { clip, looksLike, mixedScript, parseJson, visible } from '../model/text';
import { clockTime, countdown, deadline, iso, moment, relative } from '../model/time';
import { CONTRIBUTION, NULL_ADDRESS, STATUS, tagChips, trustMeaning, type TaskStatus } from '../model/domain';
import { webAddress } from '../model/web_address';
import { kindWord } from '../model/words';
import { knownRoles } from '../state/known_roles';
import { labelStore, useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { useIndex, useNow } from '../state/data';
import { useWallet } from '../state/wallet';
import { sameAddress } from '../model/domain';
import { Chip, Copy } from './ui';

/** A value that the market does not have: not yet, while its index is behind the chain, or not at all (§5, Partial). */
export function Unknown(): ReactNode {
  const index = useIndex();
  const height = count(index?.height);
  const head = count(index ? index.height + index.lag : null);
  return <span title={index && index.lag > 0 ? t`not indexed yet (height ${height} of ${head})` : t`not known`}>{MISSING}</span>;
}

export function Amount({ nrlc, unit = true }: { nrlc: string | null | undefined; unit?: boolean }): ReactNode {
  const settings = useSettings();
  if (nrlc === null || nrlc === undefined) return <Unknown />;
  const text = unit ? amountWithUnit(nrlc, settings.unit) : amount(nrlc, settings.unit);
  return (
    <span className="num" title={bothUnits(nrlc)}>
      {text}
    </span>
  );
}

/** The same in a tile: one line however large it is, the exact amount in the tooltip. */
export function Sum({ nrlc }: { nrlc: string | null | undefined }): ReactNode {
  const { unit } = useSettings();
  if (nrlc === null || nrlc === undefined) return <Unknown />;
  return (
    <span className="num sum" title={bothUnits(nrlc)}>
      {sumText(nrlc, unit)}
    </span>
  );
}

/** Colours of an address's face: deterministic, drawn here, no image from anywhere. */
function Face({ address }: { address: string }): ReactNode {
  const digits = address.slice(2).padEnd(12, '0').toLowerCase();
  const hue = parseInt(digits.slice(0, 3), 16) % 360;
  const cells: ReactNode[] = [];
  const pattern = parseInt(digits.slice(3, 10), 16);
  for (let row = 0; row < 5; row += 1)
    for (let column = 0; column < 3; column += 1)
      if ((pattern >> (row * 3 + column)) & 1) {
        cells.push(<rect key={`${row}.${column}`} x={column} y={row} width="1" height="1" />);
        if (column < 2) cells.push(<rect key={`${row}.${4 - column}`} x={4 - column} y={row} width="1" height="1" />);
      }
  return (
    <svg className="face" viewBox="0 0 5 5" aria-hidden="true" style={{ background: `hsl(${hue} 45% 88%)` }} fill={`hsl(${hue} 62% 36%)`}>
      {cells}
    </svg>
  );
}

type IdProps = { id: string; kind: string; to?: string | null; width?: 'wide' | 'narrow'; copy?: boolean; name?: string | null; face?: boolean };

/** An id with its link, a copy button, and an outline around all of its occurrences while one is hovered (G-10). */
export function Id({ id, kind, to, width = 'narrow', copy = true, name, face = false }: IdProps): ReactNode {
  const text = shortHash(id, width);
  const content = name ? (
    <span className="name" title={id}>
      <Untrusted text={name} limit={40} />
    </span>
  ) : (
    <span className="text" title={id} aria-hidden="true">
      {text}
    </span>
  );
  const spoken = name ? null : <span className="sr">{spokenHash(kind, id)}</span>;
  return (
    <span className="ident" data-id={id.toLowerCase()}>
      {face ? <Face address={id} /> : null}
      {to ? (
        <Link to={to as never}>
          {content}
          {spoken}
        </Link>
      ) : (
        <span>
          {content}
          {spoken}
        </span>
      )}
      {copy ? <Copy text={id} kind={kind} /> : null}
    </span>
  );
}

/** A mark on an address that begins and ends like one the user knows, yet is another one (address poisoning, S-07). */
export function LookAlike({ of }: { of: string }): ReactNode {
  const labels = useStore(labelStore);
  const { account } = useWallet();
  const known = account ? [account, ...Object.keys(labels)] : Object.keys(labels);
  const alike = looksLike(of, known);
  if (!alike || known.some((each) => sameAddress(each, of))) return null;
  return <Chip tone="warning" title={t`begins and ends like ${alike}, which you know, but is another address`}><Trans>look-alike</Trans></Chip>;
}

export function Address({ of, kind = t`address`, to, width, copy = true, name }: { of: string | null | undefined; kind?: string; to?: string; width?: 'wide' | 'narrow'; copy?: boolean; name?: string | null }): ReactNode {
  const labels = useStore(labelStore);
  const wallet = useWallet();
  if (!of || of === NULL_ADDRESS) return <span className="muted"><Trans>none</Trans></span>;
  const own = sameAddress(of, wallet.account);
  return (
    <span className="row" style={{ gap: 4, flexWrap: width === 'wide' ? 'wrap' : 'nowrap', display: 'inline-flex', maxWidth: '100%' }}>
      <Id id={of} kind={kind} to={to ?? `/address/${of}`} face copy={copy} {...(width ? { width } : {})} name={name || labels[of.toLowerCase()] || null} />
      {own ? <Chip className="accent"><Trans>you</Trans></Chip> : <LookAlike of={of} />}
      {width === 'wide' ? knownRoles.of(of).map(kindWord).filter((role) => role !== kind).map((role) => <Chip key={role}>{role}</Chip>) : null}
    </span>
  );
}

/** A sentence of the server: its ids short, and linked where the word before them says what they are. */
export function WithIds({ text }: { text: string }): ReactNode {
  const parts = visible(text).split(/(0x[0-9a-fA-F]{64}|0x[0-9a-fA-F]{40})(?![0-9a-fA-F])/);
  return (
    <bdi>
      {parts.map((part, at) => {
        if (at % 2 === 0) return part;
        if (part.length === 42) return <Id key={at} id={part} kind={t`address`} to={`/address/${part}`} copy={false} />;
        const named = /(task|deal) $/.exec(parts[at - 1] ?? '')?.[1];
        return <Id key={at} id={part} kind={named ? kindWord(named) : t`id`} to={named ? `/${named}/${part}` : null} copy={false} />;
      })}
    </bdi>
  );
}

/** Outlines all visible occurrences of the id under pointer or focus. */
export function useHoverLinks(): void {
  useEffect(() => {
    let marked: Element[] = [];
    const clear = (): void => {
      for (const each of marked) each.classList.remove('linked');
      marked = [];
    };
    const over = (event: Event): void => {
      const target = event.target instanceof Element ? event.target.closest('[data-id]') : null;
      const id = target?.getAttribute('data-id');
      clear();
      if (!id) return;
      const all = document.querySelectorAll(`[data-id="${CSS.escape(id)}"]`);
      if (all.length < 2) return;
      marked = [...all];
      for (const each of marked) each.classList.add('linked');
    };
    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', over);
    return () => {
      clear();
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', over);
    };
  }, []);
}

export function Age({ at }: { at: number | null | undefined }): ReactNode {
  const now = useNow(10_000);
  if (at === null || at === undefined) return <Unknown />;
  return (
    <time dateTime={new Date(at).toISOString()} title={iso(at)}>
      {relative(at, Math.max(now, at))}
    </time>
  );
}

export function Clock({ at }: { at: number }): ReactNode {
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={iso(at)}>
      {clockTime(at)}
    </time>
  );
}

/** The same where rows may be of any day. */
export function Moment({ at }: { at: number }): ReactNode {
  const now = useNow(60_000);
  return (
    <time className="num" dateTime={new Date(at).toISOString()} title={iso(at)}>
      {moment(at, Math.max(now, at))}
    </time>
  );
}

/** With what is left until then, unless it does not matter any more. */
export function Deadline({ at, over = false }: { at: number | null | undefined; over?: boolean }): ReactNode {
  const now = useNow(1_000);
  const { deadlines } = useSettings();
  if (at === null || at === undefined) return <Unknown />;
  const left = over ? null : countdown(at, now);
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex', flexWrap: 'nowrap' }}>
      <time className="num" dateTime={new Date(at).toISOString()} title={iso(at)}>
        {deadline(at, deadlines)}
      </time>
      {left ? <Chip tone="neutral"><Trans>in {left}</Trans></Chip> : null}
    </span>
  );
}

export function Status({ of }: { of: TaskStatus }): ReactNode {
  const { label, glyph, tone, means } = STATUS[of];
  return (
    <Chip tone={tone} title={means}>
      <span aria-hidden="true">{glyph}</span>
      {label}
    </Chip>
  );
}

export function ContributionStatus({ of }: { of: string }): ReactNode {
  const known = CONTRIBUTION[of] ?? { label: of, glyph: '·', tone: 'neutral' as const };
  return (
    <Chip tone={known.tone}>
      <span aria-hidden="true">{known.glyph}</span>
      {known.label}
    </Chip>
  );
}

export function Tags({ tag, none = t`none` }: { tag: string; none?: string }): ReactNode {
  const chips = tagChips(tag);
  if (chips.length === 0) return <span className="muted">{none}</span>;
  return (
    <span className="row" style={{ gap: 4, display: 'inline-flex' }} title={tag}>
      {chips.map((chip) => (
        <Chip key={chip}>{chip}</Chip>
      ))}
    </span>
  );
}

export function Trust({ of, meaning = true }: { of: number; meaning?: boolean }): ReactNode {
  return (
    <span className="num" title={t`the answer is right with ${{ probability: trustMeaning(of) }}`}>
      {of}
      {meaning ? <span className="muted"> {trustMeaning(of)}</span> : null}
    </span>
  );
}

/** Text of others: a text node with every trick made visible, clipped. */
export function Untrusted({ text, limit = 200, more = false }: { text: string; limit?: number; more?: boolean }): ReactNode {
  const [open, setOpen] = useState(false);
  const shown = open ? { text, clipped: false } : clip(text, limit);
  return (
    <bdi>
      {visible(shown.text)}
      {shown.clipped ? '…' : null}
      {mixedScript(text) ? <Chip tone="warning" title={t`letters of several scripts: this name may imitate another`}><Trans>mixed script</Trans></Chip> : null}
      {more && (shown.clipped || open) ? (
        <button type="button" className="link-button" onClick={() => setOpen(!open)}>
          {' '}
          {open ? t`show less` : t`show all`}
        </button>
      ) : null}
    </bdi>
  );
}

/** Where something lies, as its maker wrote it: a web address leads to the page that shows all of it first (S-04). */
export function Place({ text }: { text: string }): ReactNode {
  const shown = <code><Untrusted text={text} more={!webAddress(text)} /></code>;
  return webAddress(text) ? <Link to="/explorer/link" search={{ to: text } as never}>{shown}</Link> : shown;
}

const DEPTH_LIMIT = 24;

function Node({ name, value, depth }: { name: string | null; value: unknown; depth: number }): ReactNode {
  const label = name === null ? '' : `${visible(name)}: `;
  if (typeof value !== 'object' || value === null) return <div>{label + visible(clip(JSON.stringify(value) ?? 'null', 2_000).text)}</div>;
  const entries = Object.entries(value);
  if (depth > DEPTH_LIMIT) return <div>{label}… <Trans>({{ number: entries.length }} inside, too deep to show)</Trans></div>;
  return (
    <details open={depth < 3}>
      <summary>
        {label}
        {Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}
      </summary>
      {entries.slice(0, 200).map(([key, part]) => (
        <Node key={key} name={key} value={part} depth={depth + 1} />
      ))}
    </details>
  );
}

/** Params as a tree with copy; malformed text raw, with a warning. */
export function JsonText({ text }: { text: string }): ReactNode {
  const parsed = parseJson(text);
  if (text.trim() === '') return <span className="muted"><Trans>none</Trans></span>;
  return (
    <div className="always">
      {parsed && typeof parsed.value === 'object' ? (
        <div className="tree">
          <Node name={null} value={parsed.value} depth={0} />
        </div>
      ) : (
        <span>
          {parsed ? null : <Chip tone="warning"><Trans>no JSON</Trans></Chip>} <code><Untrusted text={text} more /></code>
        </span>
      )}
      <Copy text={text} kind={t`params`} />
    </div>
  );
}
