// A session of the market: a signed challenge gives a token, kept in memory only.
import { t } from '@lingui/core/macro';
import { api } from '../transport/http';
import type { Challenge, Session } from '../transport/api';
import type { TypedData } from '../model/orders';
import { feed } from '../transport/socket';
import { createStore } from './store';
import { walletStore, type Wallet } from './wallet';

export const sessionStore = createStore<Session | null>(null);

sessionStore.subscribe(() => feed.authorise(sessionStore.get()?.token ?? null));
walletStore.subscribe(() => {
  const session = sessionStore.get();
  if (session && session.address.toLowerCase() !== walletStore.get().account?.toLowerCase()) sessionStore.set(null);
});

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
  sessionStore.set(session);
  return session;
}

export async function closeSession(): Promise<void> {
  const session = sessionStore.get();
  sessionStore.set(null);
  if (session) await api('/v1/session', { method: 'DELETE', token: session.token }).catch(() => undefined);
}
