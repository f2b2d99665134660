// Fields that several forms of the ticket share.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Suspense, useRef, useState, type ReactNode } from 'react';
import { isAddress, trustMeaning } from '../../model/domain';
import { isPerTask, paramsError, withInputFile } from '../../model/orders';
import { lineAt } from '../../model/text';
import type { Form } from '../../model/ticket';
import type { AppPage } from '../../transport/api';
import { useApi, useBoot } from '../../state/data';
import { useStore } from '../../state/store';
import { Button, Check, Field, Segmented, Select, TextField } from '../../view/ui';
import { Menu, Popover, type MenuItem } from '../../view/overlays';
import { Address } from '../../view/values';
import { lazyPart } from '../../view/part';
import { deniedStore, draftStore, dropTemplate, setDraft, setForm, templateStore } from './drafts';
import { PRESETS } from './bar';

const EXAMPLES: [string, string][] = [
  [t`Command line for every task`, '{"iexec_args":"Alice"}'],
  [t`One command line for each task`, '{"0":"first","1":"second"}'],
  [t`Input files`, '{"iexec_args":"","iexec_input_files":["https://example.org/data.txt"]}'],
  [t`No params`, '{}'],
];

/** Members that the middleware knows (middleware.md §5.3). */
const SCHEMA: [string, string][] = [
  ['iexec_args', t`command line of the app`],
  ['iexec_input_files', t`list of URLs; the worker fetches them before the app starts`],
  ['iexec_secrets', t`object: number → name of a secret of yours`],
  ['iexec_result_encryption', t`true: the result is encrypted for the beneficiary`],
  ['iexec_result_storage_provider', t`where the result goes: "ipfs"`],
  ['iexec_result_storage_proxy', t`URL of another store for the result`],
  ['"0", "1", …', t`instead of names: the command line of each task by its number`],
];

function SchemaHelp(): ReactNode {
  return (
    <Popover label={t`What work params are`} align="start" trigger={<Button look="tiny" aria-label={t`What work params are`}>?</Button>}>
      <dl className="kv schema">
        {SCHEMA.map(([name, what]) => <div key={name} style={{ display: 'contents' }}><dt><code>{name}</code></dt><dd>{what}</dd></div>)}
      </dl>
      <p className="small muted" style={{ margin: '8px 0 0' }}><Trans>Other text is the command line as it stands. Everybody can read work params.</Trans></p>
    </Popover>
  );
}

/** Templates of this browser: whole tickets, without any key. */
function useTemplates(onParams: (text: string) => void): MenuItem[] {
  const own = useStore(templateStore);
  return [
    { heading: t`Examples of work params` },
    ...EXAMPLES.map(([label, text]) => ({ label, onSelect: () => onParams(text) })),
    ...(own.length ? ['line' as const, { heading: t`My templates` }, ...own.map((each) => ({ label: each.name, onSelect: () => setForm({ ...each.form, hash: '' }) })), 'line' as const, ...own.map((each) => ({ label: t`Remove ${each.name}`, danger: true, onSelect: () => dropTemplate(each.name) }))] : []),
  ];
}

const InputFileDialog = lazyPart(() => import('./input_file'));

/** Where the market has a store: a file of this machine becomes an input file. */
function InputFile({ params, onChange }: { params: string; onChange: (value: string) => void }): ReactNode {
  const boot = useBoot();
  const [open, setOpen] = useState(false);
  if (!boot.features.uploads) return null;
  return (
    <>
      <Button look="tiny" onClick={() => setOpen(true)} why={withInputFile(params, '') === null ? t`Input files need work params that are valid and the same for every task.` : null}><Trans>Upload a file…</Trans></Button>
      {open ? <Suspense fallback={null}><InputFileDialog onAdd={(location) => onChange(withInputFile(params, location) ?? params)} onClose={() => setOpen(false)} /></Suspense> : null}
    </>
  );
}

const ParamsForm = lazyPart(() => import('./params_form'));

type ParamsProps = { app: string; value: string; problem: string | null; onChange: (value: string) => void };

/** The work params as JSON or, where the app's owner has published one, as a form: two views of one value. */
export function ParamsField({ app, ...rest }: ParamsProps): ReactNode {
  const { params: view } = useStore(draftStore);
  const page = useApi<AppPage>(isAddress(app) ? `/v1/apps/${app}/page` : null);
  const parameters = page.data?.parameters;
  if (!parameters) return <ParamsJson {...rest} />;
  return (
    <>
      <div className="row between"><span className="label" aria-hidden="true"><Trans>Work params as</Trans></span><Segmented label={t`Work params as`} value={view} choices={[{ value: 'json', label: t`JSON` }, { value: 'form', label: t`form` }]} onChange={(params) => setDraft({ params })} /></div>
      {view === 'json' ? <ParamsJson {...rest} /> : <Suspense fallback={<ParamsJson {...rest} />}><ParamsForm parameters={parameters} value={rest.value} onChange={rest.onChange} /></Suspense>}
    </>
  );
}

function ParamsJson({ value, problem, onChange }: Omit<ParamsProps, 'app'>): ReactNode {
  const numbers = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const shown = Math.min(12, Math.max(3, lines));
  const templates = useTemplates(onChange);
  const pretty = (): void => {
    try {
      onChange(JSON.stringify(JSON.parse(value), null, 2));
    } catch {
      // The field says already what is wrong.
    }
  };
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Field label={t`Work params`} required problem={problem ?? jsonProblem(value)} hint={t`JSON, or plain text: it becomes the command line.`}>
        {({ id, describedBy, invalid }) => (
          <div className="numbered">
            <div className="line-numbers" aria-hidden="true" ref={numbers}>{Array.from({ length: lines }, (_, at) => <div key={at}>{at + 1}</div>)}</div>
            <textarea id={id} className="textarea" rows={shown} wrap="off" aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required spellCheck={false} value={value} onScroll={(event) => numbers.current?.scrollTo({ top: event.currentTarget.scrollTop })} onChange={(event) => onChange(event.target.value)} />
          </div>
        )}
      </Field>
      <div className="row">
        <Menu trigger={<Button look="tiny"><Trans>Templates ▾</Trans></Button>} items={templates} />
        <Button look="tiny" onClick={pretty} why={value.trim().startsWith('{') ? null : t`Only JSON can be formatted.`}><Trans>Format</Trans></Button>
        <InputFile params={value} onChange={onChange} />
        <SchemaHelp />
      </div>
    </div>
  );
}

/** Where the text stops being JSON: the browser's words, with line and column. */
function jsonProblem(text: string): string | null {
  const error = paramsError(text, Infinity);
  const position = error === null ? null : /position (\d+)/.exec(error)?.[1];
  if (error === null || !position) return error;
  const { line, column } = lineAt(text, Number(position));
  return t`${error} Line ${line}, column ${column}.`;
}

export function TrustField({ value, onChange, label = t`Trust`, required = false }: { value: string; onChange: (value: string) => void; label?: string; required?: boolean }): ReactNode {
  return <TextField label={label} required={required} className="num" inputMode="numeric" value={value} onChange={(text) => onChange(text.replace(/\D/g, ''))} hint={trustMeaning(Number(value) || 0)} after={<Menu trigger={<Button aria-label={t`Presets of trust`}>▾</Button>} items={PRESETS.map((preset) => ({ label: preset ? `${preset} (${trustMeaning(preset)})` : t`0 (single run)`, onSelect: () => onChange(String(preset)) }))} />} />;
}

type VolumeProps = { value: string; most?: number | null; problem?: string | null; label?: string; hint?: ReactNode; onChange: (volume: string) => void };

/** Whole number with steps by button and arrow keys; `most` is what can be had. */
export function VolumeField({ value, most = null, problem = null, label = t`Volume`, hint = null, onChange }: VolumeProps): ReactNode {
  const now = Number(value) || 0;
  const step = (by: number): void => onChange(String(Math.max(1, most === null ? now + by : Math.min(Math.max(most, 1), now + by))));
  return (
    <TextField
      label={label}
      required
      className="num"
      inputMode="numeric"
      value={value}
      problem={problem}
      hint={hint}
      onChange={(text) => onChange(text.replace(/\D/g, ''))}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        step(event.key === 'ArrowUp' ? 1 : -1);
      }}
      after={
        <>
          <Button aria-label={t`One task less`} onClick={() => step(-1)} why={now <= 1 ? t`One task is the least.` : null}>−</Button>
          <Button aria-label={t`One task more`} onClick={() => step(1)} why={most !== null && now >= most ? t`There is no more to be had.` : null}>+</Button>
          {most === null ? null : <Button onClick={() => onChange(String(Math.max(1, most)))} title={t`largest volume: ${most}`}><Trans>max</Trans></Button>}
        </>
      }
    />
  );
}

/** Pools whose offers are never taken, kept in this browser (§6.6, counterparty filters). */
function RefusedPools(): ReactNode {
  const denied = useStore(deniedStore);
  const [text, setText] = useState('');
  const add = (): void => {
    deniedStore.set((old) => [text, ...old.filter((each) => each.toLowerCase() !== text.toLowerCase())]);
    setText('');
  };
  return (
    <div className="stack" style={{ gap: 4 }}>
      <TextField label={t`Refuse a workerpool`} placeholder="0x…" className="mono" value={text} onChange={(value) => setText(value.trim())} problem={text && !isAddress(text) ? t`An address is 0x and 40 digits.` : null} hint={t`Its offers are never taken, and shown pale in the book.`} after={<Button onClick={add} why={isAddress(text) ? null : t`Enter an address first.`}><Trans>Refuse</Trans></Button>} />
      {denied.map((each) => (
        <div key={each} className="row between small"><Address of={each} kind={t`workerpool`} copy={false} /><Button look="tiny" onClick={() => deniedStore.set((old) => old.filter((some) => some !== each))}><Trans>Allow again</Trans></Button></div>
      ))}
    </div>
  );
}

function Capabilities({ bits }: { bits: string }): ReactNode {
  const boot = useBoot();
  const chosen = bits.split(',').filter(Boolean);
  const toggle = (bit: string): void => setForm({ bits: (chosen.includes(bit) ? chosen.filter((each) => each !== bit) : [...chosen, bit]).sort((a, b) => Number(a) - Number(b)).join(',') });
  return (
    <fieldset>
      <legend className="label"><Trans>Capabilities needed</Trans></legend>
      <div className="row">
        {Object.entries(boot.tags).map(([bit, name]) => <Check key={bit} label={name.toUpperCase()} checked={chosen.includes(bit)} onChange={() => toggle(bit)} />)}
      </div>
      <span className="hint small muted">{chosen.length ? null : t`none chosen: those of the page`}</span>
    </fieldset>
  );
}

export function Advanced({ form, market }: { form: Form; market: boolean }): ReactNode {
  const boot = useBoot();
  const perTask = isPerTask(form.params);
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="small"><Trans>Advanced</Trans></summary>
      <div className="stack" style={{ paddingTop: 8 }}>
        {market ? <TrustField value={form.trust} onChange={(trust) => setForm({ trust })} /> : null}
        <TextField label={t`Beneficiary`} placeholder={t`me`} className="mono" value={form.beneficiary} onChange={(beneficiary) => setForm({ beneficiary: beneficiary.trim() })} hint={t`whose result it is`} />
        <TextField label={t`Callback contract`} placeholder={t`none`} className="mono" value={form.callback} onChange={(callback) => setForm({ callback: callback.trim() })} />
        <TextField label={t`Only this workerpool (or group)`} placeholder={t`any`} className="mono" value={form.workerpool} onChange={(workerpool) => setForm({ workerpool: workerpool.trim() })} />
        {market ? <RefusedPools /> : null}
        <Capabilities bits={form.bits} />
        <TextField label={t`Another store for the result`} placeholder={t`that of the pool`} className="mono" value={form.storage} readOnly={perTask} onChange={(storage) => setForm({ storage: storage.trim() })} problem={form.storage && !/^https?:\/\//.test(form.storage) ? t`A store is a URL: http or https.` : null} hint={perTask ? t`not with one command line for each task` : null} />
        {boot.features.resultEncryption ? <Check label={t`Encrypt the result for the beneficiary`} checked={form.encrypt} onChange={(encrypt) => setForm({ encrypt })} /> : null}
        {market ? (
          <Select label={t`If not everything can be had`} value={form.fill} onChange={(fill) => setForm({ fill: fill as Form['fill'] })} choices={[{ value: 'all', label: t`all or nothing` }, { value: 'part', label: t`fill what is there` }, { value: 'rest', label: t`rest becomes a limit order` }]} />
        ) : null}
      </div>
    </details>
  );
}

/** Offers the ticket as a template under a name (M-38). */
export function SaveTemplate(): ReactNode {
  const { form } = useStore(draftStore);
  const [name, setName] = useState<string | null>(null);
  const keep = (): void => {
    if (!name?.trim()) return;
    templateStore.set((old) => [{ name: name.trim().slice(0, 40), form }, ...old.filter((each) => each.name !== name.trim())].slice(0, 20));
    setName(null);
  };
  if (name === null) return <Button onClick={() => setName('')}><Trans>Save as template</Trans></Button>;
  return <TextField label={t`Name of the template`} value={name} onChange={setName} onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); keep(); } }} after={<Button onClick={keep} why={name.trim() ? null : t`Give it a name first.`}><Trans>Save</Trans></Button>} />;
}
