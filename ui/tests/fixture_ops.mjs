// A pool in full swing for tests of the console: workers of every state, tasks of every stage, earnings, alerts, webhooks.
const HOUR = 3_600_000;
const started = Date.now();
const address = (text) => `0x${text.padEnd(40, '0')}`;
const hash = (text) => `0x${text.padEnd(64, '0')}`;

const worker = (at, part = {}) => ({
  address: address(`a${at}`), name: `worker${at}`, owner: address(`0${at % 5}`), software: 'bourse 0.1.0', connected: true, state: 'fresh', delayMs: 300 + at * 100, lastSeen: Date.now() - 300,
  os: at % 3 ? 'Debian GNU/Linux 12' : 'Ubuntu 24.04 LTS', platform: 'linux/amd64', cpu: at % 2 ? 'AMD EPYC 7B13' : 'Intel Xeon 8481C', draining: false, paused: false, banned: false, offHours: false, onlyIdle: at === 1, places: 2 + at, fromMinute: 0, toMinute: 0, gpu: at === 2, tee: at === 3, cores: 4 + at, memoryMib: 8_192, slots: 3 + at, free: 1, tasks: 2, score: 30 + at, weight: 9,
  joined: Date.now() - 40 * HOUR, staked: String(1_000 + at), locked: '30', earned24h: String(170 * at), done24h: 40 + at, failed24h: at, ...part,
});
const workers = () => [worker(1), worker(2), worker(3, { offHours: true, fromMinute: 1_320, toMinute: 420 }), worker(4, { draining: true }), worker(5, { paused: true }), worker(6, { state: 'late', delayMs: 9_100 }), worker(7, { state: 'lost', delayMs: 61_000, connected: false, banned: true }), worker(8, { name: '', clockAheadMs: -7_200, clockDrift: true })];

const PHASES = ['INITIALIZED', 'RUNNING', 'RUNNING', 'CONSENSUS_REACHED', 'AT_LEAST_ONE_REVEALED', 'RESULT_UPLOADING', 'FINALIZING', 'COMPLETED', 'FAILED'];
const STATUS = { INITIALIZED: 'NOT_STARTED', RUNNING: 'RUNNING', COMPLETED: 'COMPLETE', FAILED: 'FAILED' };
const replica = (at, part = {}) => ({ worker: address(`a${at}`), name: `worker${at}`, round: 1, status: 'RUNNING', chain: 'UNSET', weight: '9', fast: false, lost: false, dropped: false, upload: 'none', assigned_ms: Date.now() - 20_000, cause: null, message: null, exit_code: null, result_hash: null, history: [{ status: 'ASSIGNED', ms: Date.now() - 20_000 }], ...part });

function taskRow(base, phase, at) {
  const now = Date.now();
  const status = STATUS[phase] ?? 'REVEALING';
  const ended = status === 'COMPLETE' || status === 'FAILED' ? now - at * 60_000 : null;
  const revealing = status === 'REVEALING';
  return {
    phase, reward: '19', risk: at === 2, timeLeftMs: at === 2 ? 14_000 : 900_000, replicates: [replica(1), replica(2, { status: 'CONTRIBUTED' }), replica(7, { lost: true, cause: 'WORKER_LOST' })],
    task: { ...base, id: hash(`c0${at}`), status, trust: 5, contributions: at ? 2 : 0, revealed: at === 4 ? 1 : 0, winners: revealing ? 2 : 0, ended, initialised: at ? now - 60_000 : null, revealDeadline: revealing ? now + (at === 3 ? -1_000 : 120_000) : null, contributionDeadline: now + HOUR, finalDeadline: now + 2 * HOUR, confidence: at ? { best: '9', total: '12', needed: 0.8, share: 0.75, reached: false } : null },
  };
}

const series = () => Array.from({ length: 168 }, (_, at) => ({ time: (Math.floor(Date.now() / HOUR) - 167 + at) * HOUR, queued: at % 5, running: (at * 7) % 11, completed: 20 + ((at * 13) % 40), failed: at % 17 === 0 ? 3 : 0 }));
const stage = (name, ms) => ({ stage: name, p50: ms, p95: ms * 3, p99: ms * 5, tasks: 1_000 });
const overview = (example) => ({
  ...example, draining: false, workersAlive: 7, workersKnown: 8, workersDay: 8, coresTotal: 68, coresBusy: 31, running: 6, waiting: 1, completed24h: 910, failed24h: 9, completedRatio: 0.9902, headAgeMs: 1_400, eventLag: 0, reachableTrust: 20_000, apps24h: 4, stakeCovers: 1_520, stakeFree: '30000', stakeLocked: '900', earnedToday: '410', earned7d: '2900', earnedAll: '11200',
  os: [{ name: 'Debian GNU/Linux 12', count: 5 }, { name: 'Ubuntu 24.04 LTS', count: 2 }], cpus: [{ name: 'AMD EPYC 7B13', count: 4 }, { name: 'Intel Xeon 8481C', count: 3 }], software: [{ name: 'bourse 0.1.0', count: 7 }],
  series: series(), stages: [stage('queue', 240), stage('download', 800), stage('compute', 3_100), stage('contribute', 420), stage('reveal', 510), stage('upload', 130), stage('finalise', 300)],
  faults: [{ cause: 'WORKER_LOST', payer: 'worker', count: 4 }, { cause: 'APP_EXIT_NONZERO', payer: 'requester', count: 3 }, { cause: 'DEADLINE', payer: 'pool', count: 2 }], risk: [{ task: hash('c02'), timeLeftMs: 14_000, neededMs: 31_000 }, { task: hash('c01'), timeLeftMs: 52_000, neededMs: 60_000 }],
  health: { diskFree: 210e9, diskTotal: 500e9, memory: 61e6, store: true, version: 'bourse 0.1.0', clockOffsetMs: 42 }, wasted: { replicas: 1_900, unrewarded: 57, share: 0.03, reasons: [{ cause: 'surplus', count: 40 }, { cause: 'lost', count: 12 }, { cause: 'wrong', count: 5 }] },
  idle: [{ code: 'PRICE_HIGH', field: null, fix: null, gain: null, links: [], needed: '15', now: '19', text: 'The pool asks 19 nRLC, the best bid is 15.', who: 'workerpool' }],
});

const earning = (day, part) => ({ day: new Date(Date.now() - day * 24 * HOUR).toISOString().slice(0, 10), account: null, app: address('0a'), category: 0, gross: '400', workers: '340', scheduler: '60', slashed: '0', refunds: '0', cpuSeconds: 7_200, tasks: 21, ...part });
const earnings = (by) => (by === 'worker' ? [1, 2, 3].map((at) => earning(0, { account: address(`a${at}`), gross: String(100 * at), scheduler: '0', workers: String(100 * at) })) : [earning(0), earning(1, { category: 1, slashed: '12' }), earning(2, { app: address('0b'), refunds: '38', cpuSeconds: null })]);

const alert = (code, level, text, part = {}) => ({ code, level, text, since: started - 240_000, runbook: 'Look at the machine and at the worker’s log.', acknowledged: false, silencedUntil: null, ...part });
const alerts = () => [alert('WORKER_LOST', 'warning', '1 of 8 workers are silent.'), alert('DEADLINE_RISK', 'danger', '2 tasks have less time left than they need.', { acknowledged: true })];
const audit = () => [{ time: started - HOUR, who: address('5c'), action: 'drain', target: address('a4'), before: 'taking tasks', after: 'draining', reason: 'new disk' }];
const hooks = () => [{ id: '1', url: 'https://alerts.example/bourse', created: started - HOUR, lastTime: started - 240_000, lastStatus: 204, lastError: null, waiting: 0, failed: 0 }];

/** Answers of /v1/ops: `page` wraps rows as a list, `task` is any task of the fixture, `example` the description's overview. */
export function opsAnswer(path, query, { page, envelope, task, example }) {
  if (path === '/v1/ops/overview') return { ...envelope(), ...overview(example) };
  if (path === '/v1/ops/workers') return page(workers());
  if (path === '/v1/ops/tasks') return page(PHASES.map((phase, at) => taskRow(task, phase, at)));
  if (path === '/v1/ops/earnings') return page(earnings(query.get('by')));
  if (path === '/v1/ops/alerts') return page(alerts());
  if (path === '/v1/ops/audit') return page(audit());
  if (path === '/v1/ops/hooks') return page(hooks());
  return undefined;
}
