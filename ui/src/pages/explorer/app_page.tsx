// What an app's owner says of it (web-ui.md §11): its readme as text, and the form to try it, which ends in the ticket.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState, type ReactNode } from 'react';
import type { AppPage } from '../../transport/api';
import { defaultsOf, paramsOfValues } from '../../model/param_values';
import { readParameters, type ParameterSchema } from '../../model/parameters';
import { FormProblems } from '../../view/form_problems';
import { ParamFields, problemOfForm } from '../../view/param_fields';
import { Readme } from '../../view/readme';
import { Button, Notice, Panel } from '../../view/ui';
import { Age } from '../../view/values';
import { setDraft, setForm } from '../market/drafts';

function TryForm({ app, schema }: { app: string; schema: ParameterSchema }): ReactNode {
  const navigate = useNavigate();
  const [values, setValues] = useState(() => defaultsOf(schema));
  const params = paramsOfValues(schema, values, '{}');
  const toTicket = (): void => {
    setDraft({ side: 'buy', kind: 'market', params: 'form' });
    setForm({ app, params, hash: '', appOrder: '' });
    void navigate({ to: '/market', search: { app } as never });
  };
  return (
    <form className="stack body" aria-label={t`Try it`} onSubmit={(event) => event.preventDefault()}>
      <FormProblems />
      <ParamFields schema={schema} values={values} onChange={setValues} />
      <details>
        <summary className="small"><Trans>Work params that come of it</Trans></summary>
        <pre className="command-box" tabIndex={0}>{params}</pre>
      </details>
      <div className="row">
        <Button look="primary" onClick={toTicket} why={problemOfForm(schema, values)}><Trans>Continue to the ticket</Trans></Button>
        <Button onClick={() => setValues(defaultsOf(schema))}><Trans>Back to the defaults</Trans></Button>
      </div>
    </form>
  );
}

export default function AppWords({ page }: { page: AppPage }): ReactNode {
  const form = useMemo(() => (page.parameters ? readParameters(page.parameters) : null), [page.parameters]);
  const since = page.updated ? <span className="small muted"><Trans>of its owner, <Age at={page.updated} /></Trans></span> : null;
  return (
    <div className={form && page.readme ? 'grid2' : 'stack'}>
      {form ? <Panel title={t`Try it`}>{form.schema ? <TryForm key={page.parameters} app={page.app} schema={form.schema} /> : <div className="body"><Notice tone="warning" inline><Trans>This page does not understand the app's form.</Trans></Notice></div>}</Panel> : null}
      {page.readme ? <Panel title={t`Readme`} tools={since}><div className="body"><Readme text={page.readme} /></div></Panel> : null}
    </div>
  );
}
