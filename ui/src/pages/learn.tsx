// Consensus playground (web-ui.md §11): wallets, tasks, contribute, reveal, in a throw-away chain of this page.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
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
  const why = !name ? t`Give it a name.` : play.wallets.some((each) => each.name === name) ? t`This name is taken.` : null;
  return (
    <Panel title={t`Wallet`}>
      <div className="body stack">
        <div className="row always"><span className="label"><Trans>Seed phrase</Trans></span> <code>{seed}</code> <Copy text={seed} kind={t`seed phrase`} always /> <Button look="tiny" onClick={onSeed}><Trans>Another</Trans></Button></div>
        <form className="row" style={{ alignItems: 'end' }} onSubmit={(event) => { event.preventDefault(); if (!why) { onCreate(name); setName(''); } }}>
          <div style={{ width: 200 }}><TextField label={t`Name`} value={name} onChange={setName} /></div>
          <Button type="submit" why={why}><Trans>Create</Trans></Button>
        </form>
      </div>
      <Table caption={t`Wallets`} cards={false} rows={play.wallets} rowKey={(row) => row.name} columns={[
        { key: 'name', head: t`Name`, cell: (row) => <strong><bdi>{row.name}</bdi></strong> },
        { key: 'address', head: t`Address`, cell: (row) => <code>{row.address.slice(0, 10)}…</code>, priority: 2 },
        { key: 'balance', head: t`Balance`, right: true, cell: (row) => row.balance },
        { key: 'stake', head: t`Staked`, right: true, cell: (row) => row.stake },
        { key: 'score', head: t`Score`, right: true, cell: (row) => row.score },
        { key: 'delete', head: t`Delete`, cell: (row) => <Button look="tiny" aria-label={t`Delete ${{ name: row.name }}`} onClick={() => onDelete(row.name)} why={row.stake > 0 ? t`It has a stake.` : null}><Trans>Delete</Trans></Button>, priority: 2 },
      ]} />
    </Panel>
  );
}

/** Each purse before and after the last step, side by side. */
function Ledger({ before, after }: { before: Play; after: Play }): ReactNode {
  const rows = after.wallets.map((purse) => ({ purse, old: before.wallets.find((each) => each.name === purse.name) ?? purse }));
  const cell = (old: number, now: number): ReactNode => (old === now ? now : <>{old} → <strong>{now}</strong> <span className={now > old ? 'tone-success' : 'tone-danger'}>({now > old ? '+' : '−'}{Math.abs(now - old)})</span></>);
  return (
    <Panel title={t`Ledger: before → after the last step`}>
      <Table caption={t`Ledger`} cards={false} rows={rows} rowKey={(row) => row.purse.name} columns={[
        { key: 'name', head: t`Name`, cell: (row) => row.purse.name },
        { key: 'balance', head: t`Balance`, right: true, cell: (row) => cell(row.old.balance, row.purse.balance) },
        { key: 'stake', head: t`Staked`, right: true, cell: (row) => cell(row.old.stake, row.purse.stake) },
        { key: 'score', head: t`Score`, right: true, cell: (row) => cell(row.old.score, row.purse.score) },
      ]} />
    </Panel>
  );
}

const STATUS_WORDS: Record<PlayTask['status'], string> = { OPEN: t`OPEN`, REVEALING: t`REVEALING`, DONE: t`DONE` };

function TaskCard({ task }: { task: PlayTask }): ReactNode {
  const groups = groupsOf(task.contributions.map((each) => ({ hash: each.vote, weight: each.weight })));
  const best = groups.reduce((most, each) => (each.weight > most ? each.weight : most), 0n);
  return (
    <div className="card stack" style={{ gap: 4 }}>
      <div className="row between"><strong><Trans>Task {task.id}</Trans></strong><Chip tone={task.status === 'DONE' ? 'success' : task.status === 'REVEALING' ? 'info' : 'neutral'}>{STATUS_WORDS[task.status]}</Chip></div>
      <span className="small">{task.trust === null ? plural(task.replication, { one: 'Threshold: # vote', other: 'Threshold: # equal votes' }) : t`Trust ${{ trust: task.trust }} (${{ meaning: trustMeaning(task.trust) }}): needs ${{ missing: missingWords(missing(best, totalOf(groups), task.trust)) }}`}</span>
      <span className="small"><Trans>Consensus value: <code>{task.consensus ? `${task.consensus.slice(0, 18)}…` : t`none yet`}</code></Trans></span>
      <span className="small"><Trans>Contributions received: {{ number: task.contributions.length }}</Trans></span>
      <ul className="small" style={{ margin: 0 }}>{task.contributions.map((each) => <li key={each.worker}><Trans>{{ worker: each.worker }}: vote {{ vote: `${each.vote.slice(0, 10)}…` }}</Trans>{each.revealed ? <> · <Trans>revealed</Trans></> : null}{task.losers.includes(each.worker) ? <> · <Trans>lost its stake</Trans></> : null}</li>)}</ul>
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
    else setError(t`There is no neighbour to copy from yet.`);
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
  const tasks = play.tasks.map((each) => ({ value: String(each.id), label: t`Task ${{ id: each.id }}` }));
  const production = worker && form.unseal ? productionOf(worker.address, keccak256(`0x${form.task.padStart(64, '0')}`), form.unseal as Hex) : null;
  return (
    <>
      <PageHead title={t`Consensus playground`} lead={t`How strangers agree on a result: first everybody commits to a sealed vote, then, once enough votes are equal, they open the seals. Nothing here touches a real chain.`} command={curl(location.origin, '/docs')} />
      {error ? <Notice tone="danger" alert>{error}</Notice> : null}
      <div className="grid2" style={{ marginTop: 12 }}>
        <Wallets seed={seed} play={play} onSeed={another} onCreate={create} onDelete={(name) => setPlay((old) => ({ ...old, wallets: old.wallets.filter((each) => each.name !== name) }))} />
        <Panel title={t`Off-chain tasks`}>
          <div className="body stack">
            <span><Trans>Total tasks: <strong>{play.tasks.length}</strong></Trans></span>
            <div className="pair">
              <TextField label={t`Replication for consensus`} className="num" inputMode="numeric" value={replication} onChange={setReplication} hint={t`equal votes needed`} />
              <Select label={t`Scheduler`} value={scheduler} choices={play.wallets.map((each) => ({ value: each.name, label: each.name }))} onChange={setScheduler} />
            </div>
            <label className="field"><span className="label">{trust === 0 ? <Trans>Trust: off, equal votes count</Trans> : <Trans>Trust: {trust} ({{ meaning: trustMeaning(trust) }})</Trans>}</span><input type="range" min="0" max="100" value={trust} onChange={(event) => setTrust(Number(event.target.value))} /></label>
            <Button look="primary" onClick={() => { const step = createTask(play, Number(replication), trust === 0 ? null : trust); take(step); if (!step.error) set({ task: String(step.play.tasks.length - 1) }); }}><Trans>Create task</Trans></Button>
            {play.tasks.length === 0 ? <EmptyState><Trans>No task yet.</Trans></EmptyState> : play.tasks.slice().reverse().map((each) => <TaskCard key={each.id} task={each} />)}
          </div>
        </Panel>
        <Panel title={t`Contribute`}>
          <div className="body stack">
            <div className="pair">
              <Select label={t`Task`} value={form.task} choices={tasks.length ? tasks : [{ value: '0', label: t`none` }]} onChange={(value) => set({ task: value })} />
              <Select label={t`Worker`} value={form.worker} choices={workers} onChange={(value) => set({ worker: value, vote: '', seal: '', unseal: '' })} />
            </div>
            <TextField label={t`Result that the worker computed`} value={form.result} onChange={(result) => set({ result })} after={<Button onClick={() => derive(form.result)}><Trans>Derive</Trans></Button>} hint={t`fills vote, seal and unseal`} />
            <div className="row"><Button look="tiny" onClick={() => derive('goodbye-world')}><Trans>Lie</Trans></Button><Button look="tiny" onClick={copyNeighbour}><Trans>Copy a neighbour</Trans></Button></div>
            <TextField label={t`Vote = H(H(result))`} className="mono" value={form.vote} onChange={(vote) => set({ vote })} />
            <TextField label={t`Seal = H(worker XOR H(result))`} className="mono" value={form.seal} onChange={(seal) => set({ seal })} />
            <Button look="primary" onClick={() => take(contribute(play, Number(form.task), form.worker, form.vote as Hex, form.seal as Hex))} why={form.vote && form.seal ? null : t`Derive or fill in vote and seal first.`}><Trans>Stake and contribute</Trans></Button>
            {production ? <p className="small muted"><Trans>In production: result hash <code>{production.resultHash.slice(0, 14)}…</code> = H(task, digest), seal <code>{production.resultSeal.slice(0, 14)}…</code> = H(worker, task, digest).</Trans></p> : null}
          </div>
        </Panel>
        <Panel title={t`Reveal`}>
          <div className="body stack">
            <div className="pair">
              <Select label={t`Task to reveal`} value={form.task} choices={tasks.length ? tasks : [{ value: '0', label: t`none` }]} onChange={(value) => set({ task: value })} />
              <Select label={t`Worker who reveals`} value={form.worker} choices={workers} onChange={(value) => set({ worker: value })} />
            </div>
            <TextField label={t`Unsealed value = H(result)`} className="mono" value={form.unseal} onChange={(unseal) => set({ unseal })} after={<Button onClick={() => set({ unseal: unsealOf(form.result) })}><Trans>From result</Trans></Button>} />
            <div className="row">
              <Button look="primary" onClick={() => take(reveal(play, Number(form.task), form.worker, form.unseal as Hex))} why={form.unseal ? null : t`Fill in the unsealed value first.`}><Trans>Reveal and reward</Trans></Button>
              <Button onClick={() => take({ play: settle(play, Number(form.task)), error: null })} why={task?.status === 'REVEALING' ? null : t`There is no task that is being revealed.`}><Trans>Do not reveal: end now</Trans></Button>
            </div>
          </div>
        </Panel>
        <Ledger before={before} after={play} />
        <Panel title={t`What happened`}>
          <ol className="body" style={{ margin: 0, paddingInlineStart: 32 }} aria-live="polite">{play.journal.length === 0 ? <li className="muted"><Trans>Create a task, let two workers contribute the same result, then reveal.</Trans></li> : play.journal.map((line, at) => <li key={at}>{line}</li>)}</ol>
        </Panel>
      </div>
    </>
  );
}
