// What the market watches for a pool's operator (web-ui.md §10.7): each alert's rule in words, and which of them are new.
import { t } from '@lingui/core/macro';
import type { Alert } from '../transport/api';

/** In the order of §10.7; the codes are the market's. */
export const ALERT_RULES: [string, string][] = [
  ['NO_WORKER', t`no worker alive for 60 s`],
  ['WORKER_LOST', t`a worker has been silent for more than 15 s`],
  ['COMPLETED_LOW', t`fewer than 95 % of the last 50 tasks completed`],
  ['STAKE_LOW', t`the stake covers fewer than 10 tasks`],
  ['HEAD_OLD', t`no block for more than 15 s while blocks are due`],
  ['DEADLINE_RISK', t`a task has less time left than its remaining stages need`],
  ['CLOCK_OFFSET', t`the clock of the node or of a worker is off by more than 5 s`],
  ['DISK_LOW', t`less than 10 % of the disk is free`],
  ['OWNER_SHARE', t`one owner has more than 33 % of the live workers`],
  ['PRICE_HIGH', t`asked more than 20 % above the best bid for an hour while more than half is idle`],
  ['NODE_DOWN', t`the node does not answer`],
  ['INDEX_BEHIND', t`the index is more than five blocks behind`],
  ['SCHEDULER_DOWN', t`the scheduler does not answer`],
];

/** Alerts that began after `known` was taken, and are not silenced. */
export function newAlerts(alerts: Alert[], known: ReadonlyMap<string, number>, now: number): Alert[] {
  return alerts.filter((alert) => known.get(alert.code) !== alert.since && !(alert.silencedUntil !== null && alert.silencedUntil > now));
}

/** When each alert began. */
export const begun = (alerts: Alert[]): Map<string, number> => new Map(alerts.map((alert) => [alert.code, alert.since]));
