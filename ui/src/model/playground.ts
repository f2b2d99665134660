// The consensus playground (web-ui.md §11 Learn): a throw-away chain in the page. The brief's formulae for vote and seal,
// the production arithmetic for trust and scores (poco.md §9).
import { plural, t } from '@lingui/core/macro';
import { i18n } from '#texts';
import { keccak256, stringToBytes, type Hex } from 'viem';
import { groupsOf, reached, totalOf, weightOf } from './confidence';

export const unsealOf = (result: string): Hex => keccak256(stringToBytes(result));
export const voteOf = (unseal: Hex): Hex => keccak256(unseal);

/** H(worker XOR H(result)); the worker's 20 bytes stand at the right of 32. */
export function sealOf(worker: Hex, unseal: Hex): Hex {
  const mixed = BigInt(worker) ^ BigInt(unseal);
  return keccak256(`0x${mixed.toString(16).padStart(64, '0')}`);
}

/** Values of the production hub for the same result (poco.md §8.2). */
export function productionOf(worker: Hex, task: Hex, digest: Hex): { resultHash: Hex; resultSeal: Hex } {
  const join = (...parts: Hex[]): Hex => `0x${parts.map((part) => part.slice(2)).join('')}`;
  return { resultHash: keccak256(join(task, digest)), resultSeal: keccak256(join(worker, task, digest)) };
}

export type Entry = { worker: string; address: Hex; vote: Hex; seal: Hex; weight: number; revealed: boolean };
export type PlayTask = {
  id: number;
  replication: number;
  trust: number | null;
  status: 'OPEN' | 'REVEALING' | 'DONE';
  consensus: Hex | null;
  contributions: Entry[];
  losers: string[];
};
export type Purse = { name: string; address: Hex; balance: number; stake: number; score: number };
export type Play = { wallets: Purse[]; tasks: PlayTask[]; stake: number; reward: number; journal: string[] };
export type Step = { play: Play; error: string | null };

export function newPlay(wallets: { name: string; address: Hex }[]): Play {
  return { wallets: wallets.map((each) => ({ ...each, balance: 100, stake: 0, score: 0 })), tasks: [], stake: 10, reward: 30, journal: [] };
}

const listOf = (names: string[]): string => new Intl.ListFormat(i18n.locale, { type: 'conjunction' }).format(names);
const refuse = (play: Play, error: string): Step => ({ play, error });
const note = (play: Play, text: string): Play => ({ ...play, journal: [...play.journal, text] });

function withPurse(play: Play, name: string, change: (purse: Purse) => Purse): Play {
  return { ...play, wallets: play.wallets.map((each) => (each.name === name ? change(each) : each)) };
}

function withTask(play: Play, task: PlayTask): Play {
  return { ...play, tasks: play.tasks.map((each) => (each.id === task.id ? task : each)) };
}

/** A task that `replication` equal votes settle, or, with a trust, the production's weights. */
export function createTask(play: Play, replication: number, trust: number | null = null): Step {
  if (!Number.isInteger(replication) || replication < 1) return refuse(play, t`Replication is a whole number of at least 1.`);
  const task: PlayTask = { id: play.tasks.length, replication, trust, status: 'OPEN', consensus: null, contributions: [], losers: [] };
  const { id } = task;
  const text = trust === null ? plural(replication, { one: `Task ${id} created: # vote decides.`, other: `Task ${id} created: # equal votes decide.` }) : t`Task ${id} created: trust ${trust} decides.`;
  return { play: note({ ...play, tasks: [...play.tasks, task] }, text), error: null };
}

function decided(task: PlayTask, vote: Hex): boolean {
  if (task.trust === null) return task.contributions.filter((each) => each.vote === vote).length >= task.replication;
  const groups = groupsOf(task.contributions.map((each) => ({ hash: each.vote, weight: each.weight })));
  const best = groups.find((each) => each.hash === vote);
  return !!best && reached(best.weight, totalOf(groups), task.trust);
}

export function contribute(play: Play, id: number, worker: string, vote: Hex, seal: Hex): Step {
  const task = play.tasks[id];
  const purse = play.wallets.find((each) => each.name === worker);
  if (!task || !purse) return refuse(play, t`There is no such task or worker.`);
  if (task.status !== 'OPEN') return refuse(play, t`Contributions are closed: consensus has been reached.`);
  if (task.contributions.some((each) => each.worker === worker)) return refuse(play, t`${worker} has contributed already.`);
  if (purse.balance < play.stake) return refuse(play, t`${worker} cannot pay the stake of ${{ stake: play.stake }}.`);
  const entry: Entry = { worker, address: purse.address, vote, seal, weight: weightOf(purse.score), revealed: false };
  const next: PlayTask = { ...task, contributions: [...task.contributions, entry] };
  let after = withPurse(play, worker, (each) => ({ ...each, balance: each.balance - play.stake, stake: each.stake + play.stake }));
  after = note(after, t`${worker} stakes ${{ stake: play.stake }} and contributes; nobody can see the result, only its seal.`);
  if (decided(next, vote)) {
    next.status = 'REVEALING';
    next.consensus = vote;
    const equal = next.contributions.filter((each) => each.vote === vote).length;
    after = note(after, plural(equal, { one: 'Consensus: # vote.', other: 'Consensus: # equal votes.' }));
  }
  return { play: withTask(after, next), error: null };
}

export function reveal(play: Play, id: number, worker: string, unseal: Hex): Step {
  const task = play.tasks[id];
  const entry = task?.contributions.find((each) => each.worker === worker);
  if (!task || !entry) return refuse(play, t`${worker} has not contributed to this task.`);
  if (task.status !== 'REVEALING') return refuse(play, t`Revealing begins when consensus is reached.`);
  if (entry.revealed) return refuse(play, t`${worker} has revealed already.`);
  if (entry.vote !== task.consensus) return refuse(play, t`${worker} voted for another result and lost the vote.`);
  if (voteOf(unseal) !== entry.vote) return refuse(play, t`The unsealed value is not the one voted for.`);
  if (sealOf(entry.address, unseal) !== entry.seal)
    return refuse(play, t`The seal is not ${worker}'s own: it was copied from somebody who knew the result.`);
  const contributions = task.contributions.map((each) => (each.worker === worker ? { ...each, revealed: true } : each));
  const after = note(withTask(play, { ...task, contributions }), t`${worker} reveals; the seal proves that the work was ${worker}'s own.`);
  const open = contributions.some((each) => each.vote === task.consensus && !each.revealed);
  return { play: open ? after : settle(after, id), error: null };
}

/** Winners who revealed get stake and an equal share of the reward and of the lost stakes; all others lose theirs. */
export function settle(play: Play, id: number): Play {
  const task = play.tasks[id];
  if (!task || task.status !== 'REVEALING') return play;
  const winners = task.contributions.filter((each) => each.revealed);
  if (winners.length === 0) return note(play, t`Nobody has revealed yet: nobody can be paid.`);
  const losers = task.contributions.filter((each) => !each.revealed);
  const share = Math.floor((play.reward + losers.length * play.stake) / winners.length);
  let after = play;
  for (const { worker } of winners)
    after = withPurse(after, worker, (each) => ({ ...each, stake: each.stake - play.stake, balance: each.balance + play.stake + share, score: each.score + 1 }));
  for (const { worker } of losers)
    after = withPurse(after, worker, (each) => ({ ...each, stake: each.stake - play.stake, score: Math.floor((each.score * 2) / 3) }));
  const names = listOf(winners.map((each) => each.worker));
  after = note(after, plural(winners.length, { one: `${names} gets ${share} and the stake back.`, other: `${names} get ${share} each and their stake back.` }));
  if (losers.length) {
    const lost = listOf(losers.map((each) => each.worker));
    const { stake } = play;
    after = note(after, plural(losers.length, { one: `${lost} loses a stake of ${stake}.`, other: `${lost} lose a stake of ${stake} each.` }));
  }
  return withTask(after, { ...task, status: 'DONE', losers: losers.map((each) => each.worker) });
}
