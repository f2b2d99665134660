// What a session may do, from the scopes that the market gave it: `self`, `worker`, `operate:POOL`.
import type { Session } from '../transport/api';

const OPERATE = 'operate:';

export function operatedPools(session: Session | null): string[] {
  return (session?.scopes ?? []).filter((scope) => scope.startsWith(OPERATE)).map((scope) => scope.slice(OPERATE.length).toLowerCase());
}

export function mayOperate(session: Session | null, pool: string): boolean {
  return operatedPools(session).includes(pool.toLowerCase());
}

/** A worker, or the owner of one: sees its own machines and may pause them. */
export const ownsMachine = (session: Session | null): boolean => (session?.scopes ?? []).includes('worker');
