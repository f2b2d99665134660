// Choice of an app or dataset: by name or address, recent ones first, the curated ones marked (web-ui.md §6.6).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useId, useState, type ReactNode } from 'react';
import type { Resource, ResourceDetail } from '../../transport/api';
import { isAddress } from '../../model/domain';
import { shortHash } from '../../model/format';
import { useApi, useList } from '../../state/data';
import { keptStore, useStore } from '../../state/store';
import { Button, Chip, Field } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { Loaded } from '../../view/states';
import { Amount, Untrusted } from '../../view/values';

type Kind = 'app' | 'dataset';
type Props = { kind: Kind; label: string; value: string; required?: boolean; problem: string | null; note?: ReactNode; onChange: (address: string) => void };

const RECENT = 6;
const recentStore = keptStore<Record<Kind, string[]>>('recent-resources', { app: [], dataset: [] });

export function rememberResource(kind: Kind, address: string): void {
  if (isAddress(address)) recentStore.set((old) => ({ ...old, [kind]: [address, ...old[kind].filter((each) => each !== address)].slice(0, RECENT) }));
}

function Row({ of, onTake }: { of: Resource; onTake: (address: string) => void }): ReactNode {
  return (
    <button type="button" onClick={() => onTake(of.address)}>
      <span><strong><Untrusted text={of.name || t`without a name`} limit={40} /></strong> {of.lists.length ? <Chip tone="success"><Trans>✓ curated</Trans></Chip> : null}<br /><code className="small muted">{shortHash(of.address, 'wide')}</code></span>
      <span className="small" style={{ textAlign: 'end' }}>{of.bestPrice ? <Amount nrlc={of.bestPrice} /> : <span className="muted"><Trans>not for sale now</Trans></span>}<br /><span className="muted">{plural(of.runs, { one: '# run', other: '# runs' })}</span></span>
    </button>
  );
}

function Recent({ kind, address, onTake }: { kind: Kind; address: string; onTake: (address: string) => void }): ReactNode {
  const detail = useApi<ResourceDetail>(`/v1/${kind}s/${address}`);
  return detail.data ? <li><Row of={detail.data.resource} onTake={onTake} /></li> : null;
}

function Choice({ kind, text, onTake }: { kind: Kind; text: string; onTake: (address: string) => void }): ReactNode {
  const list = useList<Resource>(`/v1/${kind}s`, { q: text, sort: '-runs', limit: 20 });
  const recent = useStore(recentStore)[kind];
  return (
    <>
      {text === '' && recent.length ? (
        <>
          <h3><Trans>Used lately</Trans></h3>
          <ul className="pick-list">{recent.map((each) => <Recent key={each} kind={kind} address={each} onTake={onTake} />)}</ul>
          <h3><Trans>All</Trans></h3>
        </>
      ) : null}
      <Loaded query={list} rows={4}>
        {(page) => (
          <ul className="pick-list">
            {page.items.map((each) => <li key={each.address}><Row of={each} onTake={onTake} /></li>)}
            {page.items.length === 0 ? <li className="muted"><Trans>Nothing with this name.</Trans></li> : null}
          </ul>
        )}
      </Loaded>
    </>
  );
}

/** What is known of the chosen one: name, price, whether it is curated. */
function useHint(kind: Kind, value: string, note: ReactNode): ReactNode {
  const chosen = useApi<ResourceDetail>(isAddress(value) ? `/v1/${kind}s/${value}` : null);
  const found = chosen.data?.resource;
  if (!found) return isAddress(value) && chosen.error ? (kind === 'app' ? t`There is no app with this address.` : t`There is no dataset with this address.`) : null;
  return (
    <>
      <Untrusted text={found.name || t`without a name`} limit={40} /> {found.bestPrice ? <>· <Amount nrlc={found.bestPrice} /></> : t`· no open order`} {found.lists.length ? <Chip tone="success"><Trans>✓ curated</Trans></Chip> : null} {note}
    </>
  );
}

export function ResourcePick({ kind, label, value, required, problem, note, onChange }: Props): ReactNode {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const list = useId();
  // A name instead of an address: what is meant is offered below the field.
  const named = value !== '' && !/^0x/i.test(value) ? value : '';
  const meant = useList<Resource>(named.length > 1 ? `/v1/${kind}s` : null, { q: named, sort: '-runs', limit: 6 });
  const hint = useHint(kind, value, note);
  const take = (address: string): void => {
    onChange(address);
    rememberResource(kind, address);
    setOpen(false);
  };
  return (
    <>
      <Field label={label} required={required ?? false} problem={named ? null : problem} hint={hint}>
        {({ id, describedBy, invalid }) => (
          <>
            <div className="combined">
              <input id={id} className="input mono" aria-controls={list} aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required={required || undefined} autoComplete="off" spellCheck={false} placeholder={kind === 'dataset' ? t`none` : t`name, or 0x…`} value={value} onChange={(event) => onChange(event.target.value.trimStart())} onKeyDown={(event) => { const first = meant.data?.items[0]; if (event.key === 'Enter' && named && first) { event.preventDefault(); take(first.address); } }} />
              <Button onClick={() => { setText(''); setOpen(true); }} aria-label={t`Choose ${label}`}><Trans>Choose</Trans></Button>
            </div>
            <ul className="pick-list inline" id={list} aria-label={t`Suggestions`} hidden={!named}>
              {meant.data?.items.map((each) => <li key={each.address}><Row of={each} onTake={take} /></li>)}
              {named && meant.data?.items.length === 0 ? <li className="muted small"><Trans>Nothing with this name.</Trans></li> : null}
            </ul>
          </>
        )}
      </Field>
      <Dialog open={open} onClose={() => setOpen(false)} title={kind === 'app' ? t`Choose an app` : t`Choose a dataset`}>
        <input className="input" aria-label={t`Name or beginning`} placeholder={t`Name or beginning of it`} value={text} onChange={(event) => setText(event.target.value)} />
        {kind === 'dataset' && value ? <Button onClick={() => take('')}><Trans>No dataset</Trans></Button> : null}
        {open ? <Choice kind={kind} text={text} onTake={take} /> : null}
      </Dialog>
    </>
  );
}
