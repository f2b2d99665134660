// Describe an app: readme and form with a preview, then what is signed in words and raw (M-35); or take the page back.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState, type ReactNode } from 'react';
import type { AppPage, Resource } from '../../transport/api';
import { isEmptyPage, MOST_README_BYTES, pageText, type PageDraft } from '../../model/app_page';
import { command } from '../../model/commands';
import { defaultsOf, paramsOfValues } from '../../model/param_values';
import { readParameters, type ParameterSchema } from '../../model/parameters';
import { Refused } from '../../signer/types';
import { api } from '../../transport/http';
import { refreshData, useApi, useBoot } from '../../state/data';
import { say } from '../../state/activity';
import { signWhy, useWallet } from '../../state/wallet';
import { useWhyNotSend } from '../../state/writable';
import { CommandDetails } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { Dialog } from '../../view/overlays';
import { ParamFields } from '../../view/param_fields';
import { Readme } from '../../view/readme';
import { FullAddress, TextSheet } from '../../view/sign_words';
import { Loaded } from '../../view/states';
import { Button, Field, Notice, Segmented } from '../../view/ui';
import { Untrusted } from '../../view/values';

type Words = { readme: string; parameters: string };

const EXAMPLE = JSON.stringify(
  {
    type: 'object',
    title: 'Greeting',
    properties: {
      name: { type: 'string', title: 'Whom to greet', default: 'world', maxLength: 80 },
      times: { type: 'integer', title: 'How often', minimum: 1, maximum: 10, default: 1 },
      loud: { type: 'boolean', title: 'Loud', default: false },
    },
    arguments: ['{name}', ['--times', '{times}'], ['--loud', '{loud}']],
  },
  null,
  2,
);

/** What is wrong with a readme before the market is asked. */
export function readmeProblem(text: string): string | null {
  const size = new TextEncoder().encode(text).length;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)) return t`A readme is text without control characters.`;
  return size > MOST_README_BYTES ? plural(size, { one: `The readme is # byte; at most ${MOST_README_BYTES} are allowed.`, other: `The readme is # bytes; at most ${MOST_README_BYTES} are allowed.` }) : null;
}

function TextArea({ label, hint, problem, rows, value, onChange }: { label: string; hint: string; problem: string | null; rows: number; value: string; onChange: (value: string) => void }): ReactNode {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {({ id, describedBy, invalid }) => <textarea id={id} className="textarea" rows={rows} spellCheck={false} aria-describedby={describedBy} aria-invalid={invalid || undefined} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

function FormPreview({ schema }: { schema: ParameterSchema }): ReactNode {
  const [values, setValues] = useState(() => defaultsOf(schema));
  return (
    <>
      <ParamFields schema={schema} values={values} onChange={setValues} />
      <pre className="command-box" tabIndex={0}>{paramsOfValues(schema, values, '{}')}</pre>
    </>
  );
}

function Preview({ words, schema }: { words: Words; schema: ParameterSchema | null }): ReactNode {
  return (
    <div className="stack">
      {schema ? <div className="page-preview stack"><FormPreview key={words.parameters} schema={schema} /></div> : null}
      {words.readme ? <div className="page-preview" tabIndex={0} role="region" aria-label={t`Readme`}><Readme text={words.readme} /></div> : null}
      {!schema && !words.readme ? <Notice tone="info" inline><Trans>There is nothing to show yet.</Trans></Notice> : null}
    </div>
  );
}

type EditorProps = { row: Resource; words: Words; published: boolean; onChange: (part: Partial<Words>) => void; onNext: () => void; onWithdraw: () => void; onClose: () => void };

function Editor({ row, words, published, onChange, onNext, onWithdraw, onClose }: EditorProps): ReactNode {
  const [view, setView] = useState<'write' | 'preview'>('write');
  const form = useMemo(() => (words.parameters.trim() ? readParameters(words.parameters) : null), [words.parameters]);
  const wrongReadme = readmeProblem(words.readme);
  const wrongForm = form?.problem ? `${form.problem.place} ${form.problem.text}` : null;
  const why = wrongReadme ?? wrongForm ?? (isEmptyPage(words) ? t`Write a readme or a form first.` : null);
  const path = `/v1/apps/${row.address}/page`;
  return (
    <Dialog open onClose={onClose} title={t`Describe “${{ name: row.name.slice(0, 40) }}”`} foot={<><Button look="primary" onClick={onNext} why={why}><Trans>Continue</Trans></Button>{published ? <Button look="danger" onClick={onWithdraw}><Trans>Withdraw the page</Trans></Button> : null}</>}>
      <FormProblems />
      <p className="small muted"><Trans>Buyers read this on the app's page. You sign it with your wallet; a newer one replaces it.</Trans></p>
      <div><Segmented label={t`Look`} value={view} choices={[{ value: 'write', label: t`write` }, { value: 'preview', label: t`preview` }]} onChange={setView} /></div>
      {view === 'preview' ? <Preview words={words} schema={form?.schema ?? null} /> : (
        <>
          <TextArea label={t`Readme`} hint={t`Markdown: headings, lists, code, links. It is shown as text, never as HTML.`} problem={wrongReadme} rows={8} value={words.readme} onChange={(readme) => onChange({ readme })} />
          <TextArea label={t`Form (parameter schema)`} hint={t`JSON Schema with “arguments”: how the fields become the command line. Empty: no form.`} problem={wrongForm} rows={8} value={words.parameters} onChange={(parameters) => onChange({ parameters })} />
          {words.parameters.trim() ? null : <div><Button look="tiny" onClick={() => onChange({ parameters: EXAMPLE })}><Trans>Begin with an example</Trans></Button></div>}
        </>
      )}
      <CommandDetails of={command(['bourse', 'app', 'describe', row.address, '--readme', 'README.md', '--parameters', 'parameters.json'], 'PUT', path, { ...words, updated: 0, sign: '0x…' })} />
    </Dialog>
  );
}

/** The message in words: what is published, by whom, as of when. */
function wordsOf(row: Resource, draft: PageDraft, account: string): [string, ReactNode][] {
  const fields = draft.parameters ? (readParameters(draft.parameters).schema?.fields.length ?? 0) : 0;
  const size = draft.readme.length;
  return [
    [t`App`, <span key="a"><Untrusted text={row.name} limit={60} /> <FullAddress of={row.address} /></span>],
    [t`Readme`, size === 0 ? t`none` : plural(size, { one: '# character', other: '# characters' })],
    [t`Form`, draft.parameters ? plural(fields, { one: '# field', other: '# fields' }) : t`none`],
    [t`Owner`, <FullAddress key="o" of={account} />],
    [t`As`, t`a text of your wallet (personal message), for this chain; it moves nothing`],
  ];
}

function SignPage({ row, draft, onDone, onClose }: { row: Resource; draft: PageDraft; onDone: () => void; onClose: () => void }): ReactNode {
  const wallet = useWallet();
  const boot = useBoot();
  const blocked = useWhyNotSend();
  const [problem, setProblem] = useState<string | null>(null);
  const withdraws = isEmptyPage(draft);
  const account = wallet.account ?? '';
  const text = pageText(draft, boot.domain.chainId);
  const sign = async (): Promise<void> => {
    setProblem(null);
    try {
      const signature = await wallet.signer?.signMessage(account, text);
      await api(`/v1/apps/${draft.app}/page`, { method: 'PUT', body: { readme: draft.readme, parameters: draft.parameters, updated: draft.updated, sign: signature } });
      refreshData(`/v1/apps/${draft.app}/page`);
      say(withdraws ? t`The app's page is withdrawn.` : t`The app's page is published.`);
      onDone();
    } catch (error) {
      if (!(error instanceof Refused)) setProblem((error as Error).message);
    }
  };
  return (
    <TextSheet title={t`What you sign`} text={text} rows={wordsOf(row, draft, account)} action={withdraws ? t`Sign and withdraw` : t`Sign and publish`} why={signWhy(wallet, boot.domain.chainId) ?? blocked} problem={problem} onSign={() => void sign()} onClose={onClose}>
      <Notice tone={withdraws ? 'warning' : 'info'} inline>{withdraws ? <Trans>The app's page at this market becomes empty. The app stays for sale as it is.</Trans> : <Trans>Signing costs nothing and moves nothing. The raw text names readme and form by their SHA-256.</Trans>}</Notice>
    </TextSheet>
  );
}

function Steps({ row, page, onClose }: { row: Resource; page: AppPage; onClose: () => void }): ReactNode {
  const [words, setWords] = useState<Words>({ readme: page.readme, parameters: page.parameters });
  const [draft, setDraft] = useState<PageDraft | null>(null);
  // The newest counts: never older than the page that is there, whatever this machine's clock says.
  const sign = (given: Words): void => setDraft({ app: row.address, ...given, updated: Math.max(Date.now(), (page.updated ?? 0) + 1) });
  if (draft) return <SignPage row={row} draft={draft} onDone={onClose} onClose={() => setDraft(null)} />;
  return <Editor row={row} words={words} published={!isEmptyPage(page)} onChange={(part) => setWords((old) => ({ ...old, ...part }))} onNext={() => sign({ readme: words.readme, parameters: words.parameters.trim() })} onWithdraw={() => sign({ readme: '', parameters: '' })} onClose={onClose} />;
}

export default function DescribeDialog({ row, onClose }: { row: Resource; onClose: () => void }): ReactNode {
  const page = useApi<AppPage>(`/v1/apps/${row.address}/page`);
  if (page.data) return <Steps row={row} page={page.data} onClose={onClose} />;
  return <Dialog open onClose={onClose} title={t`Describe “${{ name: row.name.slice(0, 40) }}”`}><Loaded query={page} rows={4}>{() => null}</Loaded></Dialog>;
}
