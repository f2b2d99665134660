// The work params as the form that the app's owner made (web-ui.md §6.6): the same value as in the JSON view.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { defaultsOf, othersOf, paramsOfValues, valuesOfParams, type Values } from '../../model/param_values';
import { readParameters, type ParameterSchema } from '../../model/parameters';
import { ParamFields, problemOfForm } from '../../view/param_fields';
import { Button, Notice } from '../../view/ui';
import { formProblem } from './drafts';

type Props = { schema: ParameterSchema; value: string; onChange: (value: string) => void };

function Others({ schema, value }: { schema: ParameterSchema; value: string }): ReactNode {
  const names = Object.keys(othersOf(schema, value));
  return names.length === 0 ? null : <p className="small muted"><Trans>Not in this form, and kept as the JSON says: {{ names: names.join(', ') }}.</Trans></p>;
}

/** Values as they are typed; read from the params again only when those were changed elsewhere. */
function Fields({ schema, value, onChange }: Props): ReactNode {
  const [typed, setTyped] = useState<{ values: Values; params: string } | null>(null);
  const read = useMemo(() => valuesOfParams(schema, value), [schema, value]);
  const values = typed?.params === value ? typed.values : read.values;
  const change = (next: Values): void => {
    const params = paramsOfValues(schema, next, value);
    setTyped({ values: next, params });
    onChange(params);
  };
  const problem = values === null ? null : problemOfForm(schema, values);
  useEffect(() => {
    formProblem.set(() => problem);
    return () => formProblem.set(() => null);
  }, [problem]);
  if (values === null)
    return (
      <Notice tone="info" inline>
        <Trans>The work params hold what this form cannot show: {read.why}. They stay as the JSON says.</Trans>{' '}
        <Button look="tiny" onClick={() => change(defaultsOf(schema))}><Trans>Begin the form anew</Trans></Button>
      </Notice>
    );
  return (
    <>
      <ParamFields schema={schema} values={values} onChange={change} />
      <Others schema={schema} value={value} />
    </>
  );
}

export default function ParamsForm({ parameters, value, onChange }: { parameters: string; value: string; onChange: (value: string) => void }): ReactNode {
  const { schema } = useMemo(() => readParameters(parameters), [parameters]);
  if (!schema) return <Notice tone="warning" inline>{t`This page does not understand the app's form. Use the JSON view.`}</Notice>;
  return <Fields key={parameters} schema={schema} value={value} onChange={onChange} />;
}
