// The form over a list. What may not be asked yet (half an address) stays in its field and asks nothing.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import { categoryName } from '../../model/domain';
import { mayAsk } from '../../model/list_filter';
import { useBoot } from '../../state/data';
import type { UrlState } from '../../state/url';
import { Button, Select, TextField } from '../../view/ui';
import type { Filter } from './list_kinds';
import '../../styles/explorer.css';

const WIDTH = { address: 210, text: 180, number: 110, day: 150, dayEnd: 150, select: 'auto', category: 'auto' } as const;
type Change = (next: Record<string, string | null>) => void;

const PROBLEM = (): Record<string, string> => ({ address: t`0x and 40 digits`, number: t`a whole number`, day: t`a day`, dayEnd: t`a day` });

function Typed({ filter, value, change }: { filter: Filter; value: string; change: Change }): ReactNode {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const typed = (next: string): void => {
    setText(next);
    if (mayAsk(filter.kind, next.trim())) change({ [filter.name]: next.trim() });
  };
  const isDay = filter.kind === 'day' || filter.kind === 'dayEnd';
  const problem = mayAsk(filter.kind, text.trim()) ? null : (PROBLEM()[filter.kind] ?? null);
  return (
    <TextField
      label={filter.label}
      value={text}
      onChange={typed}
      problem={problem}
      className={filter.kind === 'number' ? 'num' : filter.kind === 'address' ? 'mono' : ''}
      {...(isDay ? { type: 'date' } : {})}
      {...(filter.kind === 'number' ? { inputMode: 'numeric' as const } : {})}
      {...(filter.kind === 'address' ? { placeholder: '0x…' } : {})}
    />
  );
}

function Field({ filter, value, change }: { filter: Filter; value: string; change: Change }): ReactNode {
  const boot = useBoot();
  if (filter.kind === 'category') {
    const choices = [{ value: '', label: t`any` }, ...boot.categories.map((each) => ({ value: String(each.id), label: categoryName(each) }))];
    return <Select label={filter.label} value={value} choices={choices} onChange={(next) => change({ [filter.name]: next })} />;
  }
  if (filter.options) return <Select label={filter.label} value={value} choices={filter.options} onChange={(next) => change({ [filter.name]: next })} />;
  return <Typed filter={filter} value={value} change={change} />;
}

/** Folded on phones until something is chosen. */
export function ListFilters({ of, url, change }: { of: Filter[]; url: UrlState; change: Change }): ReactNode {
  const active = of.filter((filter) => url[filter.name]);
  const [open, setOpen] = useState(() => active.length > 0 || !matchMedia('(max-width: 639px)').matches);
  if (of.length === 0) return null;
  const set: Change = (next) => change({ ...next, cursor: null, asOf: null });
  return (
    <details className="filters" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{active.length ? plural(active.length, { one: '# filter', other: '# filters' }) : t`Filters`}</summary>
      <div className="row" style={{ alignItems: 'start', margin: '8px 0 12px' }}>
        {of.map((filter) => (
          <div key={filter.name} style={{ width: WIDTH[filter.kind], maxWidth: '100%' }}>
            <Field filter={filter} value={url[filter.name] ?? ''} change={set} />
          </div>
        ))}
        {active.length ? <Button style={{ alignSelf: 'end' }} onClick={() => set(Object.fromEntries(active.map((filter) => [filter.name, null])))}><Trans>Clear filters</Trans></Button> : null}
      </div>
    </details>
  );
}
