// What a pool's owner may do with one task (web-ui.md §10.3). An act that the chain would refuse says which rule forbids it.
import '../../styles/console.css';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Deal, Task } from '../../transport/api';
import { sameAddress } from '../../model/domain';
import { shortHash } from '../../model/format';
import { finaliseRule, reopenRule } from '../../model/pool_tasks';
import { api } from '../../transport/http';
import { finalizeCall, reopenCall } from '../../signer/calls';
import { transact } from '../../state/actions';
import { useApi, useBoot, useNow } from '../../state/data';
import { sessionStore } from '../../state/session';
import { useStore } from '../../state/store';
import { useWallet } from '../../state/wallet';
import { saveFile } from '../../view/table';
import { Dialog } from '../../view/overlays';
import { Button, Notice, Panel, TextField } from '../../view/ui';

const EXAMPLE = '/ipfs/…';

type Tool = { name: string; means: string; rule: string | null; act: () => Promise<unknown> };

function ToolRow({ tool, onProblem }: { tool: Tool; onProblem: (text: string | null) => void }): ReactNode {
  const [busy, setBusy] = useState(false);
  const go = (): void => {
    setBusy(true);
    onProblem(null);
    tool.act().catch((error: Error) => onProblem(error.message)).finally(() => setBusy(false));
  };
  return (
    <li className="tool">
      <Button onClick={go} why={tool.rule ?? (busy ? t`It is being done.` : null)}>{tool.name}</Button>
      <span className="small">{tool.means} {tool.rule ? <span className="muted">{tool.rule}</span> : null}</span>
    </li>
  );
}

/** The pool's owner at the time of the deal decides: the chain kept that address. */
function useForeign(owner: string): string | null {
  const wallet = useWallet();
  if (!wallet.signer) return t`Connect the wallet of the pool’s owner first.`;
  return sameAddress(wallet.account, owner) ? null : t`Only ${{ owner: shortHash(owner) }}, the pool’s owner when the deal was made, may do this.`;
}

export function Tools({ task, deal }: { task: Task; deal: Deal }): ReactNode {
  const boot = useBoot();
  const now = useNow(1_000);
  const session = useStore(sessionStore);
  const [location, setLocation] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const foreign = useForeign(deal.workerpool.owner);
  const hub = boot.domain.verifyingContract;
  const id = shortHash(task.id);
  const noPlace = /^\/ipfs\/\w+/.test(location) ? null : t`Say first where the result lies: /ipfs/ and its address in the store.`;
  const withCallback = deal.callback ? t`This deal calls a contract back: only its scheduler knows what to hand over.` : null;
  const tools: Tool[] = [
    { name: t`Reopen`, means: t`Takes the task back: those who agreed and did not reveal are rejected, others are chosen.`, rule: reopenRule(task, now) ?? foreign, act: () => transact(t`Reopen task ${id}`, hub, reopenCall(task.id), `/task/${task.id}`) },
    { name: t`Finalise`, means: t`Ends the task with the result that was revealed, and pays.`, rule: finaliseRule(task, now) ?? withCallback ?? foreign ?? noPlace, act: () => transact(t`Finalise task ${id}`, hub, finalizeCall(task.id, location.trim()), `/task/${task.id}`) },
    { name: t`Export record`, means: t`What the scheduler noted of the task, as a file.`, rule: session ? null : t`Sign in first: the record is for the pool’s operator.`, act: async () => saveFile(`task-${id}.json`, JSON.stringify(await api(`/v1/tasks/${task.id}/record`, { token: session?.token ?? null }), null, 2), 'application/json') },
  ];
  return (
    <div className="stack">
      <ul className="tools-list">{tools.map((tool) => <ToolRow key={tool.name} tool={tool} onProblem={setProblem} />)}</ul>
      {finaliseRule(task, now) === null && !deal.callback ? <TextField label={t`Where the result lies`} className="mono" placeholder={EXAMPLE} value={location} onChange={setLocation} hint={t`The scheduler finalises by itself; this is for a task whose scheduler is gone.`} /> : null}
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
    </div>
  );
}

/** On the page of a task: for the owner of its pool. */
export function OperatorTools({ task, deal }: { task: Task; deal: Deal }): ReactNode {
  const wallet = useWallet();
  if (!sameAddress(wallet.account, deal.workerpool.owner)) return null;
  return <Panel title={t`Operator’s tools`}><div className="body"><Tools task={task} deal={deal} /></div></Panel>;
}

/** The same for a row of a table, which does not hold the deal. */
export function ToolsDialog({ task, onClose }: { task: Task; onClose: () => void }): ReactNode {
  const query = useApi<{ task: Task; deal: Deal }>(`/v1/tasks/${task.id}`, {}, { liveMs: 3_000 });
  const name = shortHash(task.id);
  return (
    <Dialog open onClose={onClose} title={t`Task ${name}`} foot={<Button onClick={onClose}><Trans>Back</Trans></Button>}>
      {query.data ? <Tools task={query.data.task} deal={query.data.deal} /> : <p className="muted" role="status">{query.error ? query.error.message : t`loading`}</p>}
    </Dialog>
  );
}
