// What the owner of a machine gives to the pool: a share of its places, at certain hours, or only while it is idle (§10.8).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import type { OpsWorker } from '../../transport/api';
import { count, percent } from '../../model/format';
import { allDay, clockOf, localMinute, minuteOf, sameTerms, termsOf, utcMinute, type Terms } from '../../model/terms';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { Button, Check, Notice, Segmented, TextField } from '../../view/ui';
import { act } from './acts';

/** Offered first to who gives the nights: 22:00 to 07:00 of the own clock. */
const NIGHT = { from: 22 * 60, to: 7 * 60 };

type PartProps = { terms: Terms; change: (part: Partial<Terms>) => void };

function Share({ terms, change, slots }: PartProps & { slots: number }): ReactNode {
  if (slots < 2) return <p className="small muted"><Trans>This machine computes one task at a time; its option <code>--slots</code> says how many it could.</Trans></p>;
  const given = t`${count(terms.places)} of ${count(slots)}, ${percent(terms.places / slots)} of its processors and memory`;
  return (
    <label className="field">
      <span className="label"><Trans>Tasks at the same time</Trans></span>
      <input type="range" className="slider" min={1} max={slots} step={1} value={terms.places} aria-valuetext={given} onChange={(event) => change({ places: Number(event.target.value) })} />
      <span className="small num">{given}</span>
    </label>
  );
}

function Hour({ label, minute, onChange }: { label: string; minute: number; onChange: (minute: number) => void }): ReactNode {
  const offset = new Date().getTimezoneOffset();
  const [text, setText] = useState(() => clockOf(localMinute(minute, offset)));
  const typed = (next: string): void => {
    setText(next);
    const local = minuteOf(next);
    if (local !== null) onChange(utcMinute(local, offset));
  };
  return <div style={{ width: 130 }}><TextField label={label} type="time" value={text} onChange={typed} problem={minuteOf(text) === null ? t`a time` : null} /></div>;
}

function Hours({ terms, change }: PartProps): ReactNode {
  const offset = new Date().getTimezoneOffset();
  const night = { fromMinute: utcMinute(NIGHT.from, offset), toMinute: utcMinute(NIGHT.to, offset) };
  const always = allDay(terms);
  return (
    <div className="row" style={{ alignItems: 'end' }}>
      <Segmented label={t`Hours`} value={always ? 'all' : 'some'} choices={[{ value: 'all', label: t`all day` }, { value: 'some', label: t`at certain hours` }]} onChange={(next) => change(next === 'all' ? { fromMinute: 0, toMinute: 0 } : night)} />
      {always ? null : <><Hour label={t`From`} minute={terms.fromMinute} onChange={(fromMinute) => change({ fromMinute })} /><Hour label={t`To`} minute={terms.toMinute} onChange={(toMinute) => change({ toMinute })} /><span className="small muted"><Trans>on your clock</Trans></span></>}
    </div>
  );
}

/** Nothing is sent before it is saved. */
export function TermsForm({ row, pool }: { row: OpsWorker; pool: string }): ReactNode {
  const session = useStore(sessionStore);
  const [draft, setDraft] = useState<Terms | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [sent, setSent] = useState(false);
  // The fields keep what is typed into them, also half a time: they begin anew with what stands.
  const [round, setRound] = useState(0);
  const reset = (): void => {
    setDraft(null);
    setSent(false);
    setRound((old) => old + 1);
  };
  const stands = termsOf(row);
  // What was sent is shown until the pool says the same.
  const arrived = sent && draft !== null && sameTerms(draft, stands);
  useEffect(() => {
    if (arrived) reset();
  }, [arrived]);
  const terms = draft ?? stands;
  const change = (part: Partial<Terms>): void => {
    setSent(false);
    setDraft({ ...terms, ...part });
  };
  const changed = !sameTerms(terms, stands);
  const save = (): void => {
    setBusy(true);
    setProblem(null);
    // All of its places are sent as 0: they follow the worker when it is given more.
    const sent = { ...terms, places: terms.places >= row.slots ? 0 : terms.places };
    act(session, pool, { action: 'terms', targets: [row.address], label: t`What this machine gives`, terms: sent }, '')
      .then(() => setSent(true), (error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  };
  return (
    <form className="body stack" aria-label={t`What this machine gives`} onSubmit={(event) => { event.preventDefault(); if (changed && !busy && !sent) save(); }}>
      <h3><Trans>What this machine gives</Trans></h3>
      <Share terms={terms} change={change} slots={row.slots} />
      <Hours key={`${round}.${stands.fromMinute}.${stands.toMinute}`} terms={terms} change={change} />
      <Check label={t`Only while nobody else uses the machine`} checked={terms.onlyIdle} onChange={(onlyIdle) => change({ onlyIdle })} />
      <p className="small muted"><Trans>Outside of its hours, and while somebody else uses it, running apps stand still and no task is begun. Deadlines do not wait.</Trans></p>
      {problem ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
      <div className="row">
        <Button type="submit" look="primary" why={busy || sent ? t`The scheduler is being told.` : changed ? null : t`Nothing was changed.`}><Trans>Save</Trans></Button>
        {changed && !sent ? <Button onClick={reset}><Trans>Leave as it was</Trans></Button> : null}
      </div>
    </form>
  );
}
