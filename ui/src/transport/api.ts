// Made by tools/types.mjs from docs/reference/openapi.json; run `npm run api` after the description changed.
// Amounts are decimal texts in nRLC, times unix milliseconds.

export type Fix = { action: string; order: string; field: string; value: string; text: string };
export type Page<Row> = Envelope & { items: Row[]; next: string | null; total: number; asOf: number };

export type Account = {
  address: string;
  contributions: number;
  deals: number;
  firstSeen: number;
  index: number;
  locked: string;
  proved: number;
  roles: string[];
  score: number;
  staked: string;
  weight: number;
};

export type AccountDetail = {
  account: Account;
  coin: string | null;
  contract: string | null;
  granted: Grant[];
  locks: { deal: string; task: string | null; role: string; amount: string; until: number | null }[];
  nextScore: number | null;
  wallet: string | null;
};

export type Acted = {
  done: boolean;
  message: string;
};

export type Alert = {
  acknowledged: boolean;
  code: string;
  level: 'info' | 'warning' | 'danger';
  runbook: string;
  silencedUntil: number | null;
  since: number;
  text: string;
};

/** What an app's owner says of it */
export type AppPage = {
  app: string;
  owner: string;
  parameters: string;
  readme: string;
  sign: string | null;
  updated: number | null;
};

export type Audit = {
  action: string;
  after: string | null;
  before: string | null;
  reason: string | null;
  target: string | null;
  time: number;
  who: string;
};

export type Block = {
  author: string;
  gasLimit: number;
  gasUsed: number;
  hash: string;
  number: number;
  parent: string;
  size: number;
  time: number;
  transactions: number;
};

export type BlockDetail = {
  block: Block;
  transactions: Transaction[];
};

export type Book = {
  asks: (BookRow | BookLevel)[];
  asksTotal: number;
  bids: (BookRow | BookLevel)[];
  bidsTotal: number;
  commodity: Commodity;
  group: number;
  hidden: number;
  seq: number;
  view: 'orders' | 'levels';
};

/** Orders of one price step */
export type BookLevel = {
  orders: number;
  price: string;
  remaining: number;
};

/** One order of a book */
export type BookRow = {
  app: string | null;
  category: number;
  dataset: string | null;
  funded: number;
  hash: string;
  maker: string;
  price: string;
  published: number;
  remaining: number;
  requester: string | null;
  restricted: boolean;
  tag: string;
  trust: number;
  volume: number;
  workerpool: string | null;
};

/** What a page needs before anything else */
export type Boot = {
  build: string;
  categories: Category[];
  chains: { id: number; name: string; rpc: string; dev: boolean; url: string | null }[];
  challengeDomain: { name: string; version: string; chainId: number };
  contracts: Record<string, string>;
  devAccounts: { name: string; address: string; key: string }[];
  domain: { name: string; version: string; chainId: number; verifyingContract: string };
  faucetAmount: string | null;
  features: Record<string, boolean>;
  limits: Record<string, number>;
  links: { documentation: string | null; source: string | null };
  tags: Record<string, string>;
  trustPresets: number[];
  types: Record<string, { name: string; type: string }[]>;
};

export type Candle = {
  close: string;
  high: string;
  low: string;
  open: string;
  time: number;
  trades: number;
  value: string;
  volume: number;
};

export type Candles = {
  candles: Candle[];
  commodity: Commodity;
  res: '1m' | '5m' | '1h' | '1d';
  truncated: boolean;
};

export type Category = {
  block: number;
  contributionSeconds: number;
  description: string;
  finalSeconds: number;
  id: number;
  name: string;
  revealSeconds: number;
  time: number;
  tx: string | null;
};

export type Challenge = {
  hash: string;
  typedData: { domain: Record<string, unknown>; types: Record<string, { name: string; type: string }[]>; primaryType: string; message: Record<string, unknown> };
};

export type Check = {
  checks: CheckItem[];
  cost: Record<string, string | null> | null;
  deal: string | null;
  ready: boolean;
  reasons: Reason[];
  volume: number;
};

export type CheckItem = {
  code: string;
  fix: Fix | null;
  ok: boolean | null;
  text: string;
};

/** What a book, a chart and a ticker are about */
export type Commodity = {
  category: number;
  key: string;
  tag: 'none' | 'tee' | 'gpu' | 'any';
  trust: number;
};

export type Component = {
  latencyMs: number | null;
  message: string | null;
  name: 'node' | 'market' | 'scheduler' | 'store';
  ok: boolean;
  version: string | null;
};

export type Confidence = {
  best: string;
  needed: number;
  reached: boolean;
  share: number;
  total: string;
};

export type Contribution = {
  block: number;
  committed: number;
  enclave: string | null;
  group: string;
  hash: string;
  loss: string;
  revealed: number | null;
  reward: string;
  scoreAfter: number | null;
  scoreBefore: number | null;
  stake: string;
  status: 'CONTRIBUTED' | 'PROVED' | 'REJECTED' | 'LOST' | 'NOT_REVEALED';
  task: string;
  tx: string;
  weight: number;
  worker: string;
};

export type Deal = {
  app: ResourceRef;
  beneficiary: string;
  block: number;
  callback: string | null;
  category: number;
  contributionDeadline: number;
  dataset: ResourceRef | null;
  finalDeadline: number;
  firstIndex: number;
  id: string;
  index: number;
  orders: { app: string; dataset: string | null; workerpool: string; request: string };
  params: string;
  payer: string;
  price: string;
  requester: string;
  schedulerShare: number;
  status: 'NOT_STARTED' | 'RUNNING' | 'LATE' | 'REVEALING' | 'COMPLETE' | 'CLAIMABLE' | 'FAILED';
  tag: string;
  tasks: TaskCounts;
  time: number;
  trust: number;
  tx: string;
  volume: number;
  workerStake: string;
  workerpool: ResourceRef;
};

export type DealDetail = {
  deal: Deal;
  events: Event[];
  related: Deal[];
};

export type Earning = {
  account: string | null;
  app: string | null;
  category: number | null;
  cpuSeconds: number | null;
  day: string;
  gross: string;
  refunds: string;
  scheduler: string;
  slashed: string;
  tasks: number;
  workers: string;
};

/** One movement on an account in the market */
export type Entry = {
  account: string;
  amount: string;
  block: number;
  index: number;
  kind: 'deposit' | 'withdraw' | 'send' | 'receive' | 'lock' | 'unlock' | 'reward' | 'seize';
  other: string | null;
  task: string | null;
  time: number;
  tx: string;
};

/** Members of every answer */
export type Envelope = {
  chain: number;
  height: number;
  time: number;
};

/** Every refusal of /v1 */
export type Error = {
  code: string;
  field: string | null;
  hint: string | null;
  message: string;
  request: string;
};

/** A log of the chain about a deal or task */
export type Event = {
  actor: string | null;
  block: number;
  logIndex: number;
  name: string;
  time: number;
  tx: string;
  value: string | null;
};

export type Explanation = {
  id: string;
  reasons: Reason[];
  state: string;
  subject: 'order' | 'deal' | 'task' | 'worker';
};

export type Faucet = {
  amount: string;
  message: string;
  ok: boolean;
  queue: { position: number; length: number };
};

/** An order that not everybody may use */
export type Grant = {
  kind: 'app' | 'dataset' | 'workerpool' | 'request';
  order: Order;
  through: string | null;
};

export type Hit = {
  chain: number;
  id: string;
  kind: 'deal' | 'task' | 'app' | 'dataset' | 'workerpool' | 'account' | 'worker' | 'transaction' | 'block' | 'order';
  label: string;
};

/** A webhook */
export type Hook = {
  created: number;
  failed: number;
  id: string;
  lastError: string | null;
  lastStatus: number | null;
  lastTime: number | null;
  url: string;
  waiting: number;
};

/** What was not well, and since when */
export type Incident = {
  begun: number;
  ended: number | null;
  text: string;
};

/** A curated list of apps */
export type List = {
  apps: { address: string; note: string; name: string }[];
  curator: string;
  fee: string | null;
  id: string;
  name: string;
  published: number;
  runs30d: number;
  sign: string;
};

/** Runs and payments of a list's app in a month */
export type ListRun = {
  app: string;
  completed: number;
  deals: number;
  month: string;
  name: string;
  paid: string;
  requesters: number;
  runs: number;
};

export type LogLine = {
  level: string | null;
  position: number;
  source: 'scheduler' | 'worker' | 'stdout' | 'stderr';
  task: string | null;
  text: string;
  time: number | null;
  worker: string | null;
};

export type Logs = {
  keptUntil: number | null;
  lines: LogLine[];
  more: boolean;
};

export type Matched = {
  block: number;
  deal: string;
  repeated: boolean;
  tx: string;
  volume: number;
};

/** What one party locked, got and lost in a task */
export type Money = {
  account: string;
  locked: string;
  received: string;
  returned: string;
  role: 'app' | 'dataset' | 'workerpool' | 'worker' | 'requester' | 'kitty' | 'other';
  slashed: string;
};

/** A webhook with its secret */
export type NewHook = {
  created: number;
  failed: number;
  id: string;
  lastError: string | null;
  lastStatus: number | null;
  lastTime: number | null;
  secret: string;
  url: string;
  waiting: number;
};

export type OpsTask = {
  phase: string;
  replicates: Record<string, unknown>[];
  reward: string;
  risk: boolean;
  task: Task;
  timeLeftMs: number;
};

export type OpsWorker = {
  address: string;
  banned: boolean;
  clockAheadMs: number | null;
  clockDrift: boolean;
  connected: boolean;
  cores: number;
  cpu: string | null;
  delayMs: number | null;
  done24h: number;
  draining: boolean;
  earned24h: string;
  failed24h: number;
  free: number;
  fromMinute: number;
  gpu: boolean;
  joined: number;
  lastSeen: number | null;
  locked: string;
  memoryMib: number;
  name: string;
  offHours: boolean;
  onlyIdle: boolean;
  os: string | null;
  owner: string;
  paused: boolean;
  places: number;
  platform: string | null;
  score: number;
  slots: number;
  software: string;
  staked: string;
  state: 'fresh' | 'late' | 'lost';
  tasks: number;
  tee: boolean;
  toMinute: number;
  weight: number;
};

/** A published order */
export type Order = {
  deals: Deal[] | null;
  hash: string;
  kind: 'app' | 'dataset' | 'workerpool' | 'request';
  order: Record<string, string>;
  price: string;
  published: number;
  remaining: number;
  signer: string;
  status: 'open' | 'filled' | 'canceled' | 'dead';
  volume: number;
};

/** One order with what became of it */
export type OrderDetail = {
  deals: Deal[] | null;
  hash: string;
  kind: 'app' | 'dataset' | 'workerpool' | 'request';
  order: Record<string, string>;
  place: OrderPlace;
  price: string;
  published: number;
  remaining: number;
  signer: string;
  status: 'open' | 'filled' | 'canceled' | 'dead';
  volume: number;
};

/** How an open order stands */
export type OrderPlace = {
  ahead: number | null;
  counters: number;
  funds: { free: string; needed: string; tasks: number } | null;
  restrictions: Restriction[];
};

export type Overview = {
  apps24h: number;
  completed24h: number;
  completedRatio: number | null;
  coresBusy: number;
  coresTotal: number;
  cpus: Record<string, unknown>[];
  draining: boolean;
  earned7d: string;
  earnedAll: string;
  earnedToday: string;
  eventLag: number | null;
  failed24h: number;
  faults: { cause: string; payer: 'worker' | 'requester' | 'pool' | 'nobody'; count: number }[];
  headAgeMs: number;
  health: { diskFree: number; diskTotal: number; memory: number; store: boolean | null; version: string; clockOffsetMs: number | null };
  idle: Reason[];
  os: Record<string, unknown>[];
  reachableTrust: number | null;
  risk: { task: string; timeLeftMs: number; neededMs: number }[];
  running: number;
  series: { time: number; queued: number; running: number; completed: number; failed: number }[];
  software: { name: string; count: number }[];
  stages: { stage: string; p50: number; p95: number; p99: number; tasks: number }[];
  stakeCovers: number | null;
  stakeFree: string;
  stakeLocked: string;
  waiting: number;
  wasted: { replicas: number; unrewarded: number; share: number; reasons: { cause: string; count: number }[] };
  workerpool: string | null;
  workersAlive: number;
  workersDay: number;
  workersKnown: number;
};

/** A stretch of time */
export type Phase = {
  from: number;
  phase: string;
  to: number | null;
};

export type Published = {
  order: Order;
};

export type Quote = {
  best: string | null;
  legs: QuoteLeg[];
  reasons: Reason[];
  total: string;
  volume: number;
  worst: string | null;
};

export type QuoteLeg = {
  apporder: string;
  datasetorder: string | null;
  price: string;
  volume: number;
  workerpoolorder: string;
};

export type Reason = {
  code: string;
  field: string | null;
  fix: Fix | null;
  gain: string | null;
  links: string[];
  needed: string | null;
  now: string | null;
  text: string;
  who: string;
};

/** One engagement of a worker for a task */
export type Replica = {
  cause: string | null;
  exitCode: number | null;
  name: string;
  outcome: 'open' | 'done' | 'dropped' | 'lost';
  phases: Phase[];
  round: number;
  worker: string;
};

export type Resource = {
  address: string;
  bestPrice: string | null;
  block: number;
  checksum: string | null;
  completed: number;
  deals: number;
  failed: number;
  index: number;
  kind: 'app' | 'dataset' | 'workerpool';
  lastUsed: number | null;
  lists: { id: string; name: string; curator: string }[];
  mrenclave: string | null;
  multiaddr: string | null;
  name: string;
  owner: string;
  requesters: number;
  revenue: string;
  runs: number;
  schedulerShare: number | null;
  stakeRatio: number | null;
  time: number;
  tx: string;
  type: string | null;
};

export type ResourceDetail = {
  orders: number;
  owners: { owner: string; block: number; time: number; tx: string }[];
  policies: { stakeRatio: number; schedulerShare: number; block: number; time: number; tx: string }[];
  resource: Resource;
  usedBy: { address: string; name: string; deals: number; runs: number }[];
  versions: Resource[];
};

/** App, dataset or pool of a deal */
export type ResourceRef = {
  address: string;
  name: string;
  owner: string;
  price: string;
};

/** Whom an order is for */
export type Restriction = {
  address: string;
  field: string;
  kind: 'account' | 'app' | 'dataset' | 'workerpool' | 'group';
  members: string[];
  name: string | null;
};

export type ResultPlace = {
  callback: string | null;
  digest: string | null;
  path: string | null;
  raw: string;
  text: string | null;
};

export type ScorePoint = {
  accurate: boolean;
  block: number;
  score: number;
  task: string;
  time: number;
};

export type Search = {
  items: Hit[];
  tried: string[];
};

export type Sent = {
  hash: string;
  known: boolean;
};

export type Session = {
  address: string;
  expires: number;
  scopes: string[];
  token: string;
};

/** The network strip of the explorer */
export type Stats = {
  apps: number;
  datasets: number;
  deals: number;
  deals24h: number;
  headTime: number;
  medians: { category: number; price: string | null; spark: (string | null)[] }[];
  running: number;
  success24h: number | null;
  tasks: number;
  tasks24h: number;
  value24h: string;
  workerpools: number;
  workers: number;
};

export type Status = {
  components: Component[];
  cost: Record<string, number>;
  incidents: Incident[];
  index: Record<string, number>;
  latency: Record<string, number>;
  uptimeMs: number;
};

/** Status of a bag at a glance */
export type Strip = {
  bucketSize: number;
  buckets: string;
  counts: TaskCounts;
  deal: string;
  endEarliest: number | null;
  endLatest: number | null;
  first: number;
  throughput: number | null;
  volume: number;
};

export type Task = {
  app: string;
  category: number;
  confidence: Confidence | null;
  consensus: string | null;
  contributionDeadline: number;
  contributions: number;
  deal: string;
  digest: string | null;
  ended: number | null;
  finalDeadline: number;
  id: string;
  index: number;
  initialised: number | null;
  number: number | null;
  requester: string;
  result: ResultPlace | null;
  revealDeadline: number | null;
  revealed: number;
  status: 'NOT_STARTED' | 'RUNNING' | 'LATE' | 'REVEALING' | 'COMPLETE' | 'CLAIMABLE' | 'FAILED';
  trust: number;
  winners: number;
  workerpool: string;
};

export type TaskCounts = {
  claimable: number;
  complete: number;
  failed: number;
  notStarted: number;
  revealing: number;
  running: number;
  total: number;
};

export type TaskDetail = {
  contributions: Contribution[];
  deal: Deal;
  events: Event[];
  money: Money[];
  rule: string;
  task: Task;
};

export type Ticker = {
  bestAsk: string | null;
  bestBid: string | null;
  change24h: number | null;
  commodity: Commodity;
  direction: 'up' | 'down' | 'flat';
  finishMs: number | null;
  finishP95Ms: number | null;
  high24h: string | null;
  last: string | null;
  low24h: string | null;
  median24h: string | null;
  medianStartMs: number | null;
  open24h: string | null;
  previous: string | null;
  spread: string | null;
  spreadShare: number | null;
  startP95Ms: number | null;
  tasks24h: number;
  value24h: string;
};

export type Timeline = {
  from: number;
  phases: Phase[];
  replicas: Replica[];
  task: string;
  to: number;
};

/** A deal as a trade */
export type Trade = {
  block: number;
  category: number;
  deal: string;
  index: number;
  price: string;
  requester: string;
  tag: string;
  time: number;
  trust: number;
  tx: string;
  volume: number;
  workerpool: string;
};

export type Transaction = {
  block: number;
  from: string;
  hash: string;
  method: string;
  ok: boolean | null;
  position: number;
  time: number;
  to: string | null;
  value: string;
};

export type TransactionDetail = {
  arguments: { name: string; value: unknown }[];
  events: { name: string; address: string; logIndex: number; fields: Record<string, unknown>; topics: string[]; data: string }[];
  failure: string | null;
  gasLimit: number;
  gasPrice: string;
  gasUsed: number;
  input: string;
  nonce: number;
  transaction: Transaction;
  words: string;
};

export type Transfer = {
  amount: string;
  block: number;
  from: string | null;
  index: number;
  time: number;
  to: string | null;
  token: 'rlc' | 'stake';
  tx: string;
};

/** A file on its way to the store */
export type Upload = {
  chunkBytes: number;
  cid: string | null;
  expires: number | null;
  id: string;
  location: string | null;
  owner: string;
  received: number;
  sha256: string;
  size: number;
};

/** What the store behind this market takes */
export type UploadRules = {
  chunkBytes: number;
  from: 'nobody' | 'staked' | 'anyone';
  keepMs: number;
  maxBytes: number;
  ownerBytes: number;
};

export type Withdrawn = {
  hashes: string[];
};

export type Worker = {
  address: string;
  contributions: number;
  index: number;
  lastSeen: number | null;
  locked: string;
  proved: number;
  rewards: string;
  score: number;
  slashed: string;
  staked: string;
  weight: number;
};

export type WorkerDetail = {
  contributions: Contribution[];
  nextScore: number | null;
  scores: ScorePoint[];
  worker: Worker;
};
