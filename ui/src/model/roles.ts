// What is known of addresses from the answers that this page has had: which are apps, pools, workers, contracts (G-11).

export type Role = 'app' | 'dataset' | 'workerpool' | 'worker' | 'contract';

const ROLES: Role[] = ['app', 'dataset', 'workerpool', 'worker', 'contract'];
const LIMIT = 5_000;

type Row = Record<string, unknown>;

export class KnownRoles {
  private readonly roles = new Map<string, Set<Role>>();

  add(address: unknown, role: Role): void {
    if (typeof address !== 'string' || this.roles.size >= LIMIT) return;
    const key = address.toLowerCase();
    const set = this.roles.get(key) ?? new Set<Role>();
    set.add(role);
    this.roles.set(key, set);
  }

  of(address: string): Role[] {
    const known = this.roles.get(address.toLowerCase());
    return known ? ROLES.filter((role) => known.has(role)) : [];
  }

  /** Takes what an answer of the market says in passing. */
  learn(answer: unknown): void {
    if (typeof answer !== 'object' || answer === null) return;
    const { items, account, resource, deal, contract } = answer as Row & { account?: Row; items?: unknown };
    if (Array.isArray(items)) for (const item of items) this.learnRow(item as Row);
    for (const part of [account, resource, deal]) this.learnRow(part as Row);
    if (contract && account) this.add(account.address, 'contract');
  }

  /** Where an answer only names the thing (`deal` of a strip is an id) there is nothing to learn. */
  private learnRow(row: Row | string | null | undefined): void {
    if (typeof row !== 'object' || row === null) return;
    if (Array.isArray(row.roles) && row.roles.includes('worker')) this.add(row.address, 'worker');
    if (typeof row.kind === 'string' && 'multiaddr' in row && ROLES.includes(row.kind as Role)) this.add(row.address, row.kind as Role);
    for (const role of ['app', 'dataset', 'workerpool'] as const) {
      const part = row[role] as Row | string | null | undefined;
      this.add(typeof part === 'object' && part !== null ? part.address : null, role);
    }
    if ('worker' in row) this.add(row.worker, 'worker');
  }
}
