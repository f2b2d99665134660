// An order that goes to the market and back (web-ui.md §11 Status): signed with a key of the development chain, published,
// read again, withdrawn. Nobody can match it: it names the signer as its pool, and pays no pool.
import { t } from '@lingui/core/macro';
import type { AccountDetail, Boot, Challenge, Order, Page, Published, Resource, Session } from '../transport/api';
import { orderHash } from '../model/order_hash';
import { completeOrder, newSalt, orderTypedData, type OrderFields } from '../model/orders';
import { tagOfBits } from '../model/domain';
import type { Signer } from '../signer/types';
import { api } from '../transport/http';
import { steady } from '../transport/steady';
import { withoutDomainType } from './session';

/** The market lets an order rest for a quarter of a second before it can be withdrawn. */
const LEAST_REST_MS = 300;

export type LoopStep = { name: string; act: () => Promise<unknown> };

/** The market takes a request only where an open order of its app fits, and where its requester can pay. */
async function appForSale(): Promise<{ address: string; price: string }> {
  const { items } = await api<Page<Resource>>('/v1/apps?limit=100&sort=-runs');
  const app = items.find((each) => each.bestPrice !== null);
  if (!app) throw new Error(t`No app is for sale on this chain that an order could name.`);
  return { address: app.address, price: app.bestPrice ?? '0' };
}

async function payerOf(boot: Boot, price: string): Promise<{ signer: Signer; account: string }> {
  for (const { name, address, key } of boot.devAccounts) {
    const known = await api<AccountDetail>(`/v1/accounts/${address}`).catch(() => null);
    if (!known || BigInt(known.account.staked) < BigInt(price)) continue;
    const { LocalSigner } = await steady(() => import('../signer/local'));
    return { signer: new LocalSigner('development', key, name, boot.domain.chainId), account: address };
  }
  throw new Error(t`No development account has a deposit that pays the order.`);
}

const draftOf = (requester: string, app: { address: string; price: string }): OrderFields =>
  completeOrder('request', { app: app.address, appmaxprice: app.price, requester, workerpool: requester, beneficiary: requester, volume: '1', tag: tagOfBits([]), category: '0', trust: '0', params: '{}', salt: newSalt() });

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
        const app = await appForSale();
        const { signer, account } = await payerOf(boot, app.price);
        const draft = draftOf(account, app);
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
        await new Promise((resolve) => setTimeout(resolve, LEAST_REST_MS));
        await api(path(), { method: 'DELETE', token });
        await api('/v1/session', { method: 'DELETE', token });
      },
    },
  ];
}
