// A session of the market: a signed challenge gives a token, kept in memory only.
import { t } from '@lingui/core/macro';
import { api, onTokenUse } from '../transport/http';
import type { Challenge, Session } from '../transport/api';
import type { TypedData } from '../model/orders';
import { feed } from './live';
import { createStore } from './store';
import { walletStore, type Wallet } from './wallet';

export const sessionStore = createStore<Session | null>(null);

sessionStore.subscribe(() => feed.authorise(sessionStore.get()?.token ?? null));
walletStore.subscribe(() => {
  const session = sessionStore.get();
  if (session && session.address.toLowerCase() !== walletStore.get().account?.toLowerCase()) sessionStore.set(null);
});

/** How long a session lives after its last use, as the market said when it began. */
let lifeMs = 0;

/** A session that the market does not know any more is none; each use begins its time anew. */
onTokenUse((token, good) => {
  const session = sessionStore.get();
  if (session?.token !== token) return;
  if (!good) sessionStore.set(null);
  else if (session.expires - Date.now() < lifeMs / 2) sessionStore.set({ ...session, expires: Date.now() + lifeMs });
});

/** The feed names the session anew, which is a use of it. */
export function extendSession(): void {
  const session = sessionStore.get();
  if (session) sessionStore.set({ ...session, expires: Date.now() + lifeMs });
}

/** Types without the domain's own, which the libraries derive. */
export function withoutDomainType(data: Challenge['typedData']): TypedData {
  const types = Object.fromEntries(Object.entries(data.types).filter(([name]) => name !== 'EIP712Domain'));
  return { ...data, types } as unknown as TypedData;
}

export async function openSession(wallet: Wallet): Promise<Session> {
  if (!wallet.signer || !wallet.account) throw new Error(t`connect a wallet first`);
  const old = sessionStore.get();
  if (old && old.expires > Date.now() + 60_000) return old;
  const challenge = await api<Challenge>(`/v1/challenge?address=${wallet.account}`);
  const signature = await wallet.signer.signTyped(wallet.account, withoutDomainType(challenge.typedData));
  const authorization = `${challenge.hash}_${signature}_${wallet.account}`;
  const session = await api<Session>('/v1/session', { body: { authorization } });
  lifeMs = session.expires - Date.now();
  sessionStore.set(session);
  return session;
}

export async function closeSession(): Promise<void> {
  const session = sessionStore.get();
  sessionStore.set(null);
  if (session) await api('/v1/session', { method: 'DELETE', token: session.token }).catch(() => undefined);
}
