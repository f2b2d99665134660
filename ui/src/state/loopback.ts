// An order that goes to the market and back (web-ui.md §11 Status): signed with a key of the development chain, published,
// read again, withdrawn. Nobody can match it: it pays nothing and names the signer as its pool.
import { t } from '@lingui/core/macro';
import type { Boot, Challenge, Order, Page, Published, Resource, Session } from '../transport/api';
import { orderHash } from '../model/order_hash';
import { completeOrder, newSalt, orderTypedData, type OrderFields } from '../model/orders';
import { tagOfBits } from '../model/domain';
import type { Signer } from '../signer/types';
import { api } from '../transport/http';
import { withoutDomainType } from './session';

export type LoopStep = { name: string; act: () => Promise<unknown> };

async function signerOf(boot: Boot): Promise<{ signer: Signer; account: string }> {
  const [development] = boot.devAccounts;
  if (!development) throw new Error(t`This chain has no development accounts.`);
  const { LocalSigner } = await import('../signer/local');
  return { signer: new LocalSigner('development', development.key, development.name, boot.domain.chainId), account: development.address };
}

async function draftOf(requester: string): Promise<OrderFields> {
  const { items } = await api<Page<Resource>>('/v1/apps?limit=1');
  if (!items[0]) throw new Error(t`There is no app on this chain that an order could name.`);
  return completeOrder('request', { app: items[0].address, requester, workerpool: requester, beneficiary: requester, volume: '1', tag: tagOfBits([]), category: '0', trust: '0', params: '{}', salt: newSalt() });
}

async function sessionOf(signer: Signer, account: string): Promise<string> {
  const challenge = await api<Challenge>(`/v1/challenge?address=${account}`);
  const signature = await signer.signTyped(account, withoutDomainType(challenge.typedData));
  return (await api<Session>('/v1/session', { body: { authorization: `${challenge.hash}_${signature}_${account}` } })).token;
}

/** Steps in their order; each needs those before it. */
export function loopback(boot: Boot): LoopStep[] {
  const state = { signer: null as Signer | null, account: '', order: {} as OrderFields, hash: '' };
  const path = (): string => `/v1/requestorders/${state.hash}`;
  return [
    {
      name: t`an order is signed with a development key`,
      act: async () => {
        const { signer, account } = await signerOf(boot);
        const draft = await draftOf(account);
        const sign = await signer.signTyped(account, orderTypedData('request', draft, boot.domain));
        Object.assign(state, { signer, account, order: { ...draft, sign }, hash: orderHash('request', draft, boot.domain) });
      },
    },
    {
      name: t`the market takes the order under the same hash`,
      act: async () => {
        const { order } = await api<Published>('/v1/requestorders', { body: { order: state.order } });
        if (order.hash !== state.hash) throw new Error(t`the market reckons another hash: ${{ hash: order.hash }}`);
      },
    },
    {
      name: t`the order comes back as it was signed`,
      act: async () => {
        const { order } = await api<Order>(path());
        const changed = Object.keys(state.order).find((name) => String(order[name]).toLowerCase() !== String(state.order[name]).toLowerCase());
        if (changed !== undefined) throw new Error(t`${changed} came back changed`);
      },
    },
    {
      name: t`a session withdraws the order`,
      act: async () => {
        const token = await sessionOf(state.signer!, state.account);
        await api(path(), { method: 'DELETE', token });
        await api('/v1/session', { method: 'DELETE', token });
      },
    },
  ];
}
