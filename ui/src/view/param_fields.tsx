// The fields that an app asks for, drawn from its parameter schema. All words of it are its owner's: text, never markup.
import { t } from '@lingui/core/macro';
import { useId, type ReactNode } from 'react';
import { problemOfValue, rangeWords, type Values } from '../model/param_values';
import type { Parameter, ParameterSchema } from '../model/parameters';
import { visible } from '../model/text';
import { Check, Field, TextField } from './ui';
import { Untrusted } from './values';
import '../styles/app_page.css';

type FieldProps = { field: Parameter; value: string; onChange: (value: string) => void };

/** As its owner wrote it, in a direction of its own. */
const Title = ({ of }: { of: Parameter }): ReactNode => <bdi>{visible(of.title)}</bdi>;

function Hint({ field }: { field: Parameter }): ReactNode {
  const range = rangeWords(field);
  return field.description || range ? <>{field.description ? <Untrusted text={field.description} limit={300} /> : null}{field.description && range ? ' · ' : null}{range}</> : null;
}

function Choice({ field, value, onChange }: FieldProps): ReactNode {
  const empty = !field.required || value === '';
  return (
    <Field label={<Title of={field} />} required={field.required} hint={<Hint field={field} />} problem={problemOfValue(field, value)}>
      {({ id, describedBy, invalid }) => (
        <select id={id} className="select" aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required={field.required || undefined} value={value} onChange={(event) => onChange(event.target.value)}>
          {empty ? <option value="">{field.required ? t`choose…` : t`none`}</option> : null}
          {field.choices.map((choice) => <option key={String(choice)} value={String(choice)}>{visible(String(choice))}</option>)}
        </select>
      )}
    </Field>
  );
}

function Switch({ field, value, onChange }: FieldProps): ReactNode {
  return (
    <div className="field">
      <Check label={<Title of={field} />} checked={value === 'true'} onChange={(on) => onChange(String(on))} />
      {field.description ? <span className="hint"><Hint field={field} /></span> : null}
    </div>
  );
}

function One(props: FieldProps): ReactNode {
  const { field, value, onChange } = props;
  if (field.type === 'boolean') return <Switch {...props} />;
  if (field.choices.length > 0) return <Choice {...props} />;
  const numeric = field.type === 'integer' ? ('numeric' as const) : field.type === 'number' ? ('decimal' as const) : undefined;
  return <TextField label={<Title of={field} />} required={field.required} hint={<Hint field={field} />} problem={problemOfValue(field, value)} className={numeric ? 'num' : ''} inputMode={numeric} value={value} onChange={onChange} />;
}

export function ParamFields({ schema, values, onChange }: { schema: ParameterSchema; values: Values; onChange: (values: Values) => void }): ReactNode {
  const about = useId();
  return (
    <fieldset className="param-fields" aria-describedby={schema.description ? about : undefined}>
      <legend className="label">{schema.title ? <Untrusted text={schema.title} limit={100} /> : t`What the app asks for`}</legend>
      {schema.description ? <p id={about} className="small muted"><Untrusted text={schema.description} limit={500} /></p> : null}
      {schema.fields.map((field) => <One key={field.name} field={field} value={values.get(field.name) ?? ''} onChange={(value) => onChange(new Map(values).set(field.name, value))} />)}
    </fieldset>
  );
}

/** The first thing that is wrong, with the field's title. */
export function problemOfForm(schema: ParameterSchema, values: Values): string | null {
  for (const field of schema.fields) {
    const problem = problemOfValue(field, values.get(field.name) ?? '');
    if (problem) return `${visible(field.title)}: ${problem}`;
  }
  return null;
}
