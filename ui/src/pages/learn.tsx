// Consensus playground (web-ui.md §11): wallets, tasks, contribute, reveal, in a throw-away chain of this page.
import { useMemo, useState, type ReactNode } from 'react';
import { keccak256, type Hex } from 'viem';
import { english, generateMnemonic, mnemonicToAccount } from 'viem/accounts';
import { contribute, createTask, newPlay, productionOf, reveal, sealOf, settle, unsealOf, voteOf, type Play, type PlayTask } from '../model/playground';
import { missing, missingWords, groupsOf, totalOf } from '../model/confidence';
import { curl } from '../model/commands';
import { trustMeaning } from '../model/domain';
import { PageHead } from '../view/command';
import { Button, Chip, Copy, Notice, Panel, Select, TextField } from '../view/ui';
import { Table } from '../view/table';
import { EmptyState } from '../view/states';

const NAMES = ['Default', 'Alice', 'Scheduler', 'Worker1', 'Worker2'];

/** Addresses from a seed phrase, one for each name: of no use outside this page. */
function walletsOf(seed: string): { name: string; address: Hex }[] {
  return NAMES.map((name, at) => ({ name, address: mnemonicToAccount(seed, { addressIndex: at }).address.toLowerCase() as Hex }));
}

function Wallets({ seed, play, onSeed, onCreate, onDelete }: { seed: string; play: Play; onSeed: () => void; onCreate: (name: string) => void; onDelete: (name: string) => void }): ReactNode {
  const [name, setName] = useState('');
  const why = !name ? 'Give it a name.' : play.wallets.some((each) => each.name === name) ? 'This name is taken.' : null;
  return (
    <Panel title="Wallet">
      <div className="body stack">
        <div className="row always"><span className="label">Seed phrase</span> <code>{seed}</code> <Copy text={seed} kind="seed phrase" always /> <Button look="tiny" onClick={onSeed}>Another</Button></div>
        <form className="row" style={{ alignItems: 'end' }} onSubmit={(event) => { event.preventDefault(); if (!why) { onCreate(name); setName(''); } }}>
          <div style={{ width: 200 }}><TextField label="Name" value={name} onChange={setName} /></div>
          <Button type="submit" why={why}>Create</Button>
        </form>
      </div>
      <Table caption="Wallets" cards={false} rows={play.wallets} rowKey={(row) => row.name} columns={[
        { key: 'name', head: 'Name', cell: (row) => <strong>{row.name}</strong> },
        { key: 'address', head: 'Address', cell: (row) => <code>{row.address.slice(0, 10)}…</code>, priority: 2 },
        { key: 'balance', head: 'Balance', right: true, cell: (row) => row.balance },
        { key: 'stake', head: 'Staked', right: true, cell: (row) => row.stake },
        { key: 'score', head: 'Score', right: true, cell: (row) => row.score },
        { key: 'delete', head: 'Delete', cell: (row) => <Button look="tiny" aria-label={`Delete ${row.name}`} onClick={() => onDelete(row.name)} why={row.stake > 0 ? 'It has a stake.' : null}>Delete</Button>, priority: 2 },
      ]} />
    </Panel>
  );
}

/** Each purse before and after the last step, side by side. */
function Ledger({ before, after }: { before: Play; after: Play }): ReactNode {
  const rows = after.wallets.map((purse) => ({ purse, old: before.wallets.find((each) => each.name === purse.name) ?? purse }));
  const cell = (old: number, now: number): ReactNode => (old === now ? now : <>{old} → <strong>{now}</strong> <span className={now > old ? 'tone-success' : 'tone-danger'}>({now > old ? '+' : '−'}{Math.abs(now - old)})</span></>);
  return (
    <Panel title="Ledger: before → after the last step">
      <Table caption="Ledger" cards={false} rows={rows} rowKey={(row) => row.purse.name} columns={[
        { key: 'name', head: 'Name', cell: (row) => row.purse.name },
        { key: 'balance', head: 'Balance', right: true, cell: (row) => cell(row.old.balance, row.purse.balance) },
        { key: 'stake', head: 'Staked', right: true, cell: (row) => cell(row.old.stake, row.purse.stake) },
        { key: 'score', head: 'Score', right: true, cell: (row) => cell(row.old.score, row.purse.score) },
      ]} />
    </Panel>
  );
}

function TaskCard({ task }: { task: PlayTask }): ReactNode {
  const groups = groupsOf(task.contributions.map((each) => ({ hash: each.vote, weight: each.weight })));
  const best = groups.reduce((most, each) => (each.weight > most ? each.weight : most), 0n);
  return (
    <div className="card stack" style={{ gap: 4 }}>
      <div className="row between"><strong>Task {task.id}</strong><Chip tone={task.status === 'DONE' ? 'success' : task.status === 'REVEALING' ? 'info' : 'neutral'}>{task.status}</Chip></div>
      <span className="small">{task.trust === null ? `Threshold: ${task.replication} equal votes` : `Trust ${task.trust} (${trustMeaning(task.trust)}): needs ${missingWords(missing(best, totalOf(groups), task.trust))}`}</span>
      <span className="small">Consensus value: <code>{task.consensus ? `${task.consensus.slice(0, 18)}…` : 'none yet'}</code></span>
      <span className="small">Contributions received: {task.contributions.length}</span>
      <ul className="small" style={{ margin: 0 }}>{task.contributions.map((each) => <li key={each.worker}>{each.worker}: vote <code>{each.vote.slice(0, 10)}…</code> {each.revealed ? '· revealed' : ''}{task.losers.includes(each.worker) ? ' · lost its stake' : ''}</li>)}</ul>
    </div>
  );
}

type Forms = { task: string; worker: string; result: string; vote: string; seal: string; unseal: string };

export function LearnPage(): ReactNode {
  const [seed, setSeed] = useState(() => generateMnemonic(english));
  const wallets = useMemo(() => walletsOf(seed), [seed]);
  const [play, setPlay] = useState<Play>(() => newPlay(wallets));
  const [before, setBefore] = useState<Play>(play);
  const [error, setError] = useState<string | null>(null);
  const [replication, setReplication] = useState('2');
  const [trust, setTrust] = useState(0);
  const [scheduler, setScheduler] = useState('Scheduler');
  const [form, setForm] = useState<Forms>({ task: '0', worker: 'Worker1', result: 'hello-world', vote: '', seal: '', unseal: '' });
  const set = (part: Partial<Forms>): void => setForm((old) => ({ ...old, ...part }));
  const worker = play.wallets.find((each) => each.name === form.worker) ?? play.wallets[0];
  const task = play.tasks[Number(form.task)] ?? null;
  const take = (step: { play: Play; error: string | null }): void => {
    if (!step.error) setBefore(play);
    setPlay(step.play);
    setError(step.error);
  };
  const derive = (result: string): void => {
    if (!worker) return;
    const unseal = unsealOf(result);
    set({ result, vote: voteOf(unseal), seal: sealOf(worker.address, unseal), unseal });
  };
  const copyNeighbour = (): void => {
    const other = task?.contributions.find((each) => each.worker !== form.worker);
    if (other) set({ vote: other.vote, seal: other.seal, unseal: '' });
    else setError('There is no neighbour to copy from yet.');
  };
  const create = (name: string): void => setPlay((old) => ({ ...old, wallets: [...old.wallets, { name, address: mnemonicToAccount(seed, { addressIndex: old.wallets.length + 10 }).address.toLowerCase() as Hex, balance: 100, stake: 0, score: 0 }] }));
  const another = (): void => {
    const next = generateMnemonic(english);
    setSeed(next);
    const fresh = newPlay(walletsOf(next));
    setPlay(fresh);
    setBefore(fresh);
    setError(null);
  };
  const workers = play.wallets.filter((each) => each.name !== scheduler).map((each) => ({ value: each.name, label: each.name }));
  const tasks = play.tasks.map((each) => ({ value: String(each.id), label: `Task ${each.id}` }));
  const production = worker && form.unseal ? productionOf(worker.address, keccak256(`0x${form.task.padStart(64, '0')}`), form.unseal as Hex) : null;
  return (
    <>
      <PageHead title="Consensus playground" lead="How strangers agree on a result: first everybody commits to a sealed vote, then, once enough votes are equal, they open the seals. Nothing here touches a real chain." command={curl(location.origin, '/docs')} />
      {error ? <Notice tone="danger" alert>{error}</Notice> : null}
      <div className="grid2" style={{ marginTop: 12 }}>
        <Wallets seed={seed} play={play} onSeed={another} onCreate={create} onDelete={(name) => setPlay((old) => ({ ...old, wallets: old.wallets.filter((each) => each.name !== name) }))} />
        <Panel title="Off-chain tasks">
          <div className="body stack">
            <span>Total tasks: <strong>{play.tasks.length}</strong></span>
            <div className="pair">
              <TextField label="Replication for consensus" className="num" inputMode="numeric" value={replication} onChange={setReplication} hint="equal votes needed" />
              <Select label="Scheduler" value={scheduler} choices={play.wallets.map((each) => ({ value: each.name, label: each.name }))} onChange={setScheduler} />
            </div>
            <label className="field"><span className="label">Trust: {trust === 0 ? 'off, equal votes count' : `${trust} (${trustMeaning(trust)})`}</span><input type="range" min="0" max="100" value={trust} onChange={(event) => setTrust(Number(event.target.value))} /></label>
            <Button look="primary" onClick={() => { const step = createTask(play, Number(replication), trust === 0 ? null : trust); take(step); if (!step.error) set({ task: String(step.play.tasks.length - 1) }); }}>Create task</Button>
            {play.tasks.length === 0 ? <EmptyState>No task yet.</EmptyState> : play.tasks.slice().reverse().map((each) => <TaskCard key={each.id} task={each} />)}
          </div>
        </Panel>
        <Panel title="Contribute">
          <div className="body stack">
            <div className="pair">
              <Select label="Task" value={form.task} choices={tasks.length ? tasks : [{ value: '0', label: 'none' }]} onChange={(value) => set({ task: value })} />
              <Select label="Worker" value={form.worker} choices={workers} onChange={(value) => set({ worker: value, vote: '', seal: '', unseal: '' })} />
            </div>
            <TextField label="Result that the worker computed" value={form.result} onChange={(result) => set({ result })} after={<Button onClick={() => derive(form.result)}>Derive</Button>} hint="fills vote, seal and unseal" />
            <div className="row"><Button look="tiny" onClick={() => derive('goodbye-world')}>Lie</Button><Button look="tiny" onClick={copyNeighbour}>Copy a neighbour</Button></div>
            <TextField label="Vote = H(H(result))" className="mono" value={form.vote} onChange={(vote) => set({ vote })} />
            <TextField label="Seal = H(worker XOR H(result))" className="mono" value={form.seal} onChange={(seal) => set({ seal })} />
            <Button look="primary" onClick={() => take(contribute(play, Number(form.task), form.worker, form.vote as Hex, form.seal as Hex))} why={form.vote && form.seal ? null : 'Derive or fill in vote and seal first.'}>Stake and contribute</Button>
            {production ? <p className="small muted">In production: result hash <code>{production.resultHash.slice(0, 14)}…</code> = H(task, digest), seal <code>{production.resultSeal.slice(0, 14)}…</code> = H(worker, task, digest).</p> : null}
          </div>
        </Panel>
        <Panel title="Reveal">
          <div className="body stack">
            <div className="pair">
              <Select label="Task to reveal" value={form.task} choices={tasks.length ? tasks : [{ value: '0', label: 'none' }]} onChange={(value) => set({ task: value })} />
              <Select label="Worker who reveals" value={form.worker} choices={workers} onChange={(value) => set({ worker: value })} />
            </div>
            <TextField label="Unsealed value = H(result)" className="mono" value={form.unseal} onChange={(unseal) => set({ unseal })} after={<Button onClick={() => set({ unseal: unsealOf(form.result) })}>From result</Button>} />
            <div className="row">
              <Button look="primary" onClick={() => take(reveal(play, Number(form.task), form.worker, form.unseal as Hex))} why={form.unseal ? null : 'Fill in the unsealed value first.'}>Reveal and reward</Button>
              <Button onClick={() => take({ play: settle(play, Number(form.task)), error: null })} why={task?.status === 'REVEALING' ? null : 'There is no task that is being revealed.'}>Do not reveal: end now</Button>
            </div>
          </div>
        </Panel>
        <Ledger before={before} after={play} />
        <Panel title="What happened">
          <ol className="body" style={{ margin: 0, paddingLeft: 32 }} aria-live="polite">{play.journal.length === 0 ? <li className="muted">Create a task, let two workers contribute the same result, then reveal.</li> : play.journal.map((line, at) => <li key={at}>{line}</li>)}</ol>
        </Panel>
      </div>
    </>
  );
}
