// Choice of an app or dataset: by name or address, the curated ones marked (web-ui.md §6.6).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Resource } from '../../transport/api';
import { isAddress } from '../../model/domain';
import { shortHash } from '../../model/format';
import { useApi, useList } from '../../state/data';
import type { ResourceDetail } from '../../transport/api';
import { Button, Chip, Field } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { Loaded } from '../../view/states';
import { Amount, Untrusted } from '../../view/values';

type Props = { kind: 'app' | 'dataset'; label: string; value: string; required?: boolean; problem: string | null; onChange: (address: string) => void };

export function ResourcePick({ kind, label, value, required, problem, onChange }: Props): ReactNode {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const chosen = useApi<ResourceDetail>(isAddress(value) ? `/v1/${kind}s/${value}` : null);
  const list = useList<Resource>(open ? `/v1/${kind}s` : null, { q: text, sort: '-runs', limit: 20 });
  const name = chosen.data?.resource.name;
  const hint = name ? <><Untrusted text={name} limit={40} />{chosen.data?.resource.bestPrice ? <> · <Amount nrlc={chosen.data.resource.bestPrice} /></> : <> · <Trans>no open order</Trans></>}{chosen.data?.resource.lists.length ? <Chip tone="success"><Trans>✓ curated</Trans></Chip> : null}</> : isAddress(value) && chosen.error ? (kind === 'app' ? t`There is no app with this address.` : t`There is no dataset with this address.`) : null;
  const take = (address: string): void => {
    onChange(address);
    setOpen(false);
  };
  return (
    <>
      <Field label={label} required={required ?? false} problem={problem} hint={hint}>
        {({ id, describedBy, invalid }) => (
          <div className="combined">
            <input id={id} className="input mono" aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required={required || undefined} autoComplete="off" spellCheck={false} placeholder={kind === 'dataset' ? t`none` : t`0x… or choose`} value={value} onChange={(event) => onChange(event.target.value.trim())} />
            <Button onClick={() => setOpen(true)} aria-label={kind === 'app' ? t`Choose an app` : t`Choose a dataset`}><Trans>Choose</Trans></Button>
          </div>
        )}
      </Field>
      <Dialog open={open} onClose={() => setOpen(false)} title={kind === 'app' ? t`Choose an app` : t`Choose a dataset`}>
        <input className="input" aria-label={t`Name or beginning`} placeholder={t`Name or beginning of it`} value={text} onChange={(event) => setText(event.target.value)} />
        {kind === 'dataset' && value ? <Button onClick={() => take('')}><Trans>No dataset</Trans></Button> : null}
        <Loaded query={list} rows={4}>
          {(page) => (
            <ul className="pick-list">
              {page.items.map((each) => (
                <li key={each.address}>
                  <button type="button" onClick={() => take(each.address)}>
                    <span><strong><Untrusted text={each.name || t`without a name`} limit={40} /></strong> {each.lists.length ? <Chip tone="success"><Trans>✓ curated</Trans></Chip> : null}<br /><code className="small muted">{shortHash(each.address, 'wide')}</code></span>
                    <span className="small" style={{ textAlign: 'end' }}>{each.bestPrice ? <Amount nrlc={each.bestPrice} /> : <span className="muted"><Trans>not for sale now</Trans></span>}<br /><span className="muted">{plural(each.runs, { one: '# run', other: '# runs' })}</span></span>
                  </button>
                </li>
              ))}
              {page.items.length === 0 ? <li className="muted"><Trans>Nothing with this name.</Trans></li> : null}
            </ul>
          )}
        </Loaded>
      </Dialog>
    </>
  );
}
