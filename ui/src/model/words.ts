// Words for codes that several screens show: kinds of things, states of orders and actions, what a wallet is needed for.
import { t } from '@lingui/core/macro';
import type { ActionState } from './action';
import type { OrderState } from './domain';
import type { Settings } from './settings';

const KINDS: Record<string, string> = {
  deal: t`deal`,
  task: t`task`,
  app: t`app`,
  dataset: t`dataset`,
  workerpool: t`workerpool`,
  account: t`account`,
  worker: t`worker`,
  contract: t`contract`,
  requester: t`requester`,
  beneficiary: t`beneficiary`,
  payer: t`payer`,
  scheduler: t`scheduler`,
  group: t`group`,
  transaction: t`transaction`,
  block: t`block`,
  order: t`order`,
  request: t`request`,
  recent: t`recent`,
};

/** A kind of thing as the market names it; one that this page does not know stays as it is. */
export const kindWord = (kind: string): string => KINDS[kind] ?? kind;

export const ORDER_STATE: Record<OrderState, string> = {
  OPEN: t`OPEN`,
  'PARTLY FILLED': t`PARTLY FILLED`,
  FILLED: t`FILLED`,
  CANCELLED: t`CANCELLED`,
  UNFUNDED: t`UNFUNDED`,
};

export const ACTION_STATE: Record<ActionState, string> = {
  draft: t`draft`,
  checking: t`checking`,
  ready: t`ready`,
  blocked: t`blocked`,
  signing: t`signing`,
  submitting: t`submitting`,
  accepted: t`accepted`,
  'in block': t`in block`,
  final: t`final`,
  rejected: t`rejected`,
  unknown: t`unknown`,
};

type Need = { connect: string; unlock: string };

/** What a wallet is needed for, as the whole sentences of the place that asks for it. */
export const WALLET_NEEDS = {
  balances: { connect: t`Connect a wallet to see your balances.`, unlock: t`Unlock your wallet to see your balances.` },
  trades: { connect: t`Connect a wallet to see your trades and orders.`, unlock: t`Unlock your wallet to see your trades and orders.` },
  machine: { connect: t`Connect a wallet to see your machine.`, unlock: t`Unlock your wallet to see your machine.` },
  apps: { connect: t`Connect a wallet to see your apps.`, unlock: t`Unlock your wallet to see your apps.` },
  data: { connect: t`Connect a wallet to see your data.`, unlock: t`Unlock your wallet to see your data.` },
  buy: { connect: t`Connect to buy`, unlock: t`Unlock to buy` },
  sell: { connect: t`Connect to sell`, unlock: t`Unlock to sell` },
} satisfies Record<string, Need>;

/** What signing in is needed for. */
export const SESSION_NEEDS = {
  log: t`To read this log, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  logs: t`To read the logs, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  workers: t`To see the workers, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  tasks: t`To see the tasks, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  earnings: t`To see the earnings, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  alerts: t`To see the alerts, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
  machine: t`To see your machine in the pool and to pause it, sign a challenge: it proves who you are, costs nothing and moves nothing.`,
};

/** Roles of an account, and the parts of its page. */
export const ROLES: Record<string, string> = {
  history: t`History`,
  requester: t`Requester`,
  beneficiary: t`Beneficiary`,
  payer: t`Payer`,
  worker: t`Worker`,
  scheduler: t`Scheduler`,
  app: t`Apps`,
  dataset: t`Datasets`,
  workerpool: t`Workerpools`,
  transfers: t`Transfers`,
  orders: t`Orders`,
};

export const roleWord = (role: string): string => ROLES[role] ?? role;

export const LAYOUT_WORDS: Record<Settings['layout'], string> = { standard: t`standard`, 'book-left': t`book left`, 'ticket-left': t`ticket left`, compact: t`compact` };

/** Where a price moved against the one before. */
export const DIRECTION_WORDS = { up: t`up`, down: t`down`, flat: t`unchanged` };

/** Stages of a task as a scheduler measures them, in their order. */
export const POOL_STAGE_WORDS: Record<string, string> = {
  queue: t`queue`,
  download: t`download`,
  compute: t`compute`,
  contribute: t`contribute`,
  reveal: t`reveal`,
  upload: t`upload`,
  finalise: t`finalise`,
};

/** Who paid for a fault. */
export const PAYER_WORDS: Record<string, string> = {
  worker: t`the worker`,
  requester: t`the requester`,
  pool: t`the pool`,
  nobody: t`nobody`,
};
