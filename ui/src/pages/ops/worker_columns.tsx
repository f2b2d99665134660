// Columns of the pool's workers (web-ui.md §10.2).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { OpsWorker } from '../../transport/api';
import { bytes, count, duration, MISSING, percent, shortHash } from '../../model/format';
import { workerFailures } from '../../model/pool_workers';
import type { Column } from '../../view/table';
import { Menu } from '../../view/overlays';
import { Button, Chip, IconButton } from '../../view/ui';
import { Address, Amount, Moment, Untrusted } from '../../view/values';
import { useNote } from './notes';

export const STATE = { fresh: ['success', t`● fresh`], late: ['warning', t`◔ late`], lost: ['danger', t`✕ lost`] } as const;

/** Time since the last sign of life, coloured and in words (≤ 5 s fresh, ≤ 15 s late, then lost). */
export function Delay({ row }: { row: OpsWorker }): ReactNode {
  return <Chip tone={STATE[row.state][0]}>{STATE[row.state][1]} {row.delayMs === null ? '' : duration(row.delayMs)}</Chip>;
}

/** What is special about a machine, each in a word. */
export function Flags({ row, shared }: { row: OpsWorker; shared: boolean }): ReactNode {
  const note = useNote(row.address);
  return (
    <>
      {row.draining ? <Chip tone="warning" title={t`by the pool's operator: it gets no new tasks`}><Trans>draining</Trans></Chip> : null}
      {row.banned ? <Chip tone="danger" title={t`by the pool's operator: it is refused when it connects`}><Trans>banned</Trans></Chip> : null}
      {row.offHours ? <Chip tone="warning" title={t`its owner gives it at other hours: its apps stand still`}><Trans>off hours</Trans></Chip> : null}
      {row.onlyIdle ? <Chip title={t`its owner gives it only while nobody else uses it`}><Trans>only when idle</Trans></Chip> : null}
      {row.paused ? <Chip tone="warning" title={t`by its owner: its apps stand still, and it gets no new tasks`}><Trans>paused</Trans></Chip> : null}
      {row.clockDrift ? <Chip tone="warning" title={t`its clock differs from the scheduler's by ${{ off: duration(Math.abs(row.clockAheadMs ?? 0)) }}`}><Trans>clock drift</Trans></Chip> : null}
      {row.gpu ? <Chip title={t`can run tasks that ask for a GPU`}>GPU</Chip> : null}
      {row.tee ? <Chip title={t`can run tasks in an enclave`}>TEE</Chip> : null}
      {shared ? <Chip title={t`its owner ${row.owner} has other machines in this pool: their answers count as of one`}><Trans>same owner</Trans></Chip> : null}
      {note ? <Chip title={note}><Trans>note</Trans></Chip> : null}
    </>
  );
}

export type RowActs = { drain: (row: OpsWorker) => void; resume: (row: OpsWorker) => void; ban: (row: OpsWorker) => void; note: (row: OpsWorker) => void; open: (row: OpsWorker) => void; log: (row: OpsWorker) => void; pick: (row: OpsWorker) => void; picked: (row: OpsWorker) => boolean };

const nameOf = (row: OpsWorker): string => row.name.slice(0, 40) || shortHash(row.address);

function Acts({ row, acts }: { row: OpsWorker; acts: RowActs }): ReactNode {
  const name = nameOf(row);
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'nowrap', display: 'inline-flex' }}>
      <Button look="tiny" onClick={() => (row.draining ? acts.resume(row) : acts.drain(row))}>{row.draining ? t`Resume` : t`Drain`}</Button>
      <Menu trigger={<IconButton className="tiny" label={t`More about ${name}`}>⋯</IconButton>} items={[
        { label: t`Worker page`, onSelect: () => acts.open(row) },
        { label: t`Read its log`, onSelect: () => acts.log(row) },
        { label: t`Note`, onSelect: () => acts.note(row) },
        { label: row.banned ? t`Lift the ban` : t`Ban`, onSelect: () => acts.ban(row) },
        { label: acts.picked(row) ? t`Do not choose` : t`Choose, to compare or for several`, onSelect: () => acts.pick(row) },
      ]} />
    </span>
  );
}

/** Hidden until they are asked for. */
export const HIDDEN_AT_FIRST = ['memory', 'weight', 'stake', 'locked', 'owner', 'software'];

export function workerColumns(shared: Set<string>, acts: RowActs, pool: string): Column<OpsWorker>[] {
  return [
    { key: 'wallet', head: t`Wallet`, cell: (row) => <span className="row" style={{ gap: 6, flexWrap: 'nowrap' }}><input type="checkbox" aria-label={t`Choose ${nameOf(row)}`} checked={acts.picked(row)} onChange={() => acts.pick(row)} /><Address of={row.address} kind={t`worker`} to={`/worker/${row.address}`} copy={false} /></span>, value: (row) => row.address, priority: 1 },
    { key: 'name', head: t`Name`, cell: (row) => <span className="row" style={{ gap: 4, display: 'inline-flex' }}><Link to={'/ops/workers' as never} search={{ worker: row.address, pool } as never}><Untrusted text={nameOf(row)} limit={24} /></Link><Flags row={row} shared={shared.has(row.owner.toLowerCase())} /></span>, value: (row) => row.name, priority: 1, sort: 'name', wrap: true },
    { key: 'delay', head: t`Delay`, right: true, cell: (row) => <Delay row={row} />, value: (row) => row.delayMs, priority: 1, sort: 'delay' },
    { key: 'os', head: t`OS`, cell: (row) => <span title={row.os ?? undefined}><Untrusted text={row.os || MISSING} limit={12} /></span>, value: (row) => row.os, priority: 3 },
    { key: 'platform', head: t`Platform`, cell: (row) => <span title={row.cpu ?? undefined}>{row.platform || MISSING}</span>, value: (row) => row.platform, priority: 3 },
    { key: 'cores', head: t`CPUs`, right: true, cell: (row) => count(row.cores), value: (row) => row.cores, priority: 3, sort: 'cores' },
    { key: 'memory', head: t`Memory`, right: true, cell: (row) => bytes(row.memoryMib * 1_048_576), value: (row) => row.memoryMib, priority: 3, sort: 'memory' },
    { key: 'tasks', head: t`Active tasks`, right: true, cell: (row) => `${row.tasks}/${row.places}`, value: (row) => row.tasks, priority: 1, sort: 'tasks' },
    { key: 'seen', head: t`Last seen`, cell: (row) => (row.lastSeen ? <Moment at={row.lastSeen} /> : MISSING), value: (row) => row.lastSeen, priority: 3, sort: 'seen' },
    { key: 'score', head: t`Score`, right: true, cell: (row) => count(row.score), value: (row) => row.score, priority: 2, sort: 'score' },
    { key: 'weight', head: t`Weight`, right: true, cell: (row) => count(row.weight), value: (row) => row.weight, priority: 3, sort: 'weight' },
    { key: 'stake', head: t`Stake`, right: true, cell: (row) => <Amount nrlc={row.staked} unit={false} />, value: (row) => row.staked, priority: 3, sort: 'stake' },
    { key: 'locked', head: t`Locked`, right: true, cell: (row) => <Amount nrlc={row.locked} unit={false} />, value: (row) => row.locked, priority: 3, sort: 'locked' },
    { key: 'done', head: t`Done 24 h`, right: true, cell: (row) => count(row.done24h), value: (row) => row.done24h, priority: 3, sort: 'done' },
    { key: 'failed', head: t`Failed`, right: true, cell: (row) => <span title={t`${row.failed24h} of ${row.done24h + row.failed24h} contributions of the last day were lost or not revealed`}>{percent(workerFailures(row))}</span>, value: (row) => workerFailures(row), priority: 3, sort: 'failed' },
    { key: 'earned', head: t`Earned`, right: true, cell: (row) => <Amount nrlc={row.earned24h} unit={false} />, value: (row) => row.earned24h, priority: 2, sort: 'earned' },
    { key: 'owner', head: t`Owner`, cell: (row) => <Address of={row.owner} copy={false} />, value: (row) => row.owner, priority: 3 },
    { key: 'software', head: t`Version`, cell: (row) => <Untrusted text={row.software} limit={20} />, value: (row) => row.software, priority: 3 },
    { key: 'act', head: t`Actions`, cell: (row) => <Acts row={row} acts={acts} />, priority: 1, card: 'bare' },
  ];
}
