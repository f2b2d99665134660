// Buy – fill market order: the cheapest compatible orders, or the one that was clicked (web-ui.md §6.6, M-36).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import type { Order, Reason, Resource } from '../../transport/api';
import { isAddress, isHash, sameAddress } from '../../model/domain';
import { amountWithUnit } from '../../model/format';
import { requestErrors, type OrderFields } from '../../model/orders';
import { marketRequest, mostVolume, requestTag, walkSpread, type Form } from '../../model/ticket';
import { runCommand, command } from '../../model/commands';
import { keccak256, type Hex } from 'viem';
import { buy } from '../../state/actions';
import { useBoot, useList } from '../../state/data';
import { useStore } from '../../state/store';
import { signWhy, useWallet } from '../../state/wallet';
import { SignButton, useAccount } from '../../view/wallet';
import { Button, Notice, TextField } from '../../view/ui';
import { Amount } from '../../view/values';
import { ShowCommand } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { Advanced, ParamsField, VolumeField } from './fields';
import { draftStore, formProblem, nextDraft, setForm } from './drafts';
import { useDatasetOrder, useLegs, type Leg } from './legs';
import { Expectation } from './expectation';
import { rememberResource, ResourcePick } from './pick';
import { Cost, Preflight, SignSheet, useCheck } from './preflight';
import { AppOrder, DatasetAllowed } from './app_order';
import { Bought, type Stage } from './bought';
import type { Commodity } from './commodity';

/** First visit: the app that most people run is chosen, so that buying needs no hunting for an address. */
export function useDefaultApp(form: Form): void {
  const list = useList<Resource>(form.app ? null : '/v1/apps', { sort: '-runs', limit: 20 }, { liveMs: 3_000 });
  useEffect(() => {
    const asked = sessionStorage.getItem('bourse.app');
    if (asked) {
      sessionStorage.removeItem('bourse.app');
      setForm({ app: asked });
      return;
    }
    if (form.app || !list.data) return;
    const forSale = list.data.items.filter((each) => each.bestPrice !== null);
    const pick = forSale.find((each) => /hello/i.test(each.name)) ?? forSale[0];
    if (pick) setForm({ app: pick.address });
  }, [form.app, list.data]);
}

/** Salt of a draft with these values: the same click twice is the same order, another form another one. */
const saltFor = (salt: string, order: OrderFields): string => keccak256(`0x${salt.slice(2)}${Array.from(new TextEncoder().encode(JSON.stringify(order)), (byte) => byte.toString(16).padStart(2, '0')).join('')}` as Hex);

export function stable(salt: string, order: OrderFields): OrderFields {
  return { ...order, salt: saltFor(salt, { ...order, salt: '' }) };
}

export function BuyMarket({ commodity }: { commodity: Commodity }): ReactNode {
  const { form, salt } = useStore(draftStore);
  const boot = useBoot();
  const wallet = useWallet();
  const navigate = useNavigate();
  const { free } = useAccount(wallet.account);
  const [sheet, setSheet] = useState(false);
  const [stage, setStage] = useState<Stage>({ name: 'idle', deal: null });
  const [problem, setProblem] = useState<string | null>(null);
  const wrong = useStore(formProblem);
  useDefaultApp(form);
  const { legs, quote, order, app: appOrder, busy } = useLegs(form, commodity, wallet.account);
  const allowed = useDatasetOrder(form, wallet.account);
  const first = legs[0] ?? null;
  const worst = legs.reduce<Leg | null>((most, leg) => (most === null || BigInt(leg.price) > BigInt(most.price) ? leg : most), null);
  const tag = requestTag(form, commodity.tag);
  const trust = Math.max(commodity.trust, Number(form.trust) || 0);
  const had = legs.reduce((sum, leg) => sum + leg.volume, 0);
  const wanted = Number(form.volume) || 0;
  // What cannot be had is not signed for, unless the rest shall become a limit order.
  const volume = form.fill === 'part' && had > 0 && had < wanted ? String(had) : form.volume;
  const requester = wallet.account ?? '0x0000000000000000000000000000000000000001';
  const category = order ? Number(order.order.category) : commodity.category;
  const draft = worst && paramsOk(form) ? stable(salt, marketRequest({ ...form, volume, trust: String(trust) }, { app: worst.app, dataset: worst.dataset ?? '0', workerpool: worst.price }, legs.length === 1 ? (first?.pool ?? (form.workerpool || null)) : null, { requester, category, tag, salt })) : null;
  const errors = draft ? requestErrors(draft, boot.limits.paramsBytes) : [];
  const check = useCheck(draft && first && errors.length === 0 && wallet.account ? { requestorder: draft, apporder: first.apporder, workerpoolorder: first.workerpoolorder, ...(first.datasetorder ? { datasetorder: first.datasetorder } : {}) } : null);
  const short = had < wanted && form.fill === 'all';
  const problemOf = (field: string): string | null => errors.find((each) => each.field === field)?.text ?? null;
  const why = whyNot();

  function whyNot(): string | null {
    const signer = signWhy(wallet, boot.domain.chainId);
    if (signer) return signer;
    if (!isAddress(form.app)) return t`Choose an app first.`;
    if (!paramsOk(form)) return t`Work params are no valid JSON.`;
    if (wrong) return wrong;
    if (errors[0]) return errors[0].text;
    if (!first) return busy ? t`Looking for the best orders.` : (quote?.reasons[0]?.text ?? t`Nobody sells this at the moment: lower the trust, or place a limit order.`);
    if (short) return plural(wanted, { one: `Only ${had} of # task can be had now.`, other: `Only ${had} of # tasks can be had now.` });
    if (check.check && !check.check.ready) return check.check.reasons[0]?.text ?? t`The orders would not match.`;
    if (!check.check) return check.error ? check.error.message : t`Checking.`;
    return null;
  }
  const fix = (reason: Reason): void => {
    const { fix: what } = reason;
    if (!what) return;
    if (what.field === 'trust') setForm({ trust: what.value });
    else if (what.field === 'volume') setForm({ volume: what.value });
    // This very order has become a deal already, perhaps before a reload: another one is wanted now.
    else if (what.field === 'salt') nextDraft();
    else if (/deposit|stake|top/i.test(what.action)) void navigate({ to: `/wallet/deposit?amount=${what.value}` as never });
    else if (what.field === 'workerpool') setForm({ workerpool: '', hash: '' });
    else setForm({ hash: '' });
  };
  const purchase = async (): Promise<void> => {
    if (!draft) return;
    setProblem(null);
    setStage({ name: 'signing', deal: null });
    try {
      const orders = legs.map((leg) => ({ apporder: leg.apporder, datasetorder: leg.datasetorder ?? undefined, workerpoolorder: leg.workerpoolorder }));
      const deals = await buy(t`Buy ${{ volume }} at market`, draft, orders, form.fill === 'rest', boot, (name, detail) => setStage({ name, deal: detail ?? null }));
      if (!deals) {
        setStage({ name: 'idle', deal: null });
        return;
      }
      const deal = deals[0]?.deal ?? null;
      setSheet(false);
      rememberResource('app', form.app);
      if (form.dataset) rememberResource('dataset', form.dataset);
      nextDraft();
      setStage({ name: 'sealed', deal });
    } catch (error) {
      setStage({ name: 'idle', deal: null });
      setProblem((error as Error).message);
    }
  };
  const each = (leg: Leg): bigint => BigInt(leg.price) + BigInt(leg.app) + BigInt(leg.dataset ?? '0');
  const sum = legs.length > 1 && had >= Number(volume) ? String(legs.reduce((all, leg) => all + each(leg) * BigInt(leg.volume), 0n)) : null;
  const most = mostVolume(order ? order.remaining : (quote?.volume ?? had), worst ? String(BigInt(worst.price) + BigInt(worst.app) + BigInt(worst.dataset ?? '0')) : null, free);
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()} aria-label={t`Buy, fill market order`}>
      <FormProblems />
      <TextField label={t`Order hash`} required placeholder={t`best available`} className="mono" value={form.hash} onChange={(hash) => setForm({ hash: hash.trim() })} hint={order ? t`${{ price: amountWithUnit(order.price) }} a task, trust ${{ trust: order.order.trust ?? '0' }}, ${{ left: order.remaining }} left` : form.hash && !isHash(form.hash) ? t`A hash is 0x and 64 digits; leave it empty for the best order.` : t`Click a row of the book, or leave it empty: the best order is taken.`} after={form.hash ? <Button onClick={() => setForm({ hash: '' })} aria-label={t`Take the best available order`}>✕</Button> : null} />
      <Reserved commodity={commodity} account={wallet.account} chosen={form.hash} />
      <VolumeField value={form.volume} most={most} problem={problemOf('volume')} onChange={(text) => setForm({ volume: text })} />
      <ResourcePick kind="app" label={t`Dapp address`} required value={form.app} problem={problemOf('app')} note={<AppOrder app={form.app} used={appOrder} chosen={form.appOrder} requester={wallet.account} />} onChange={(app) => setForm({ app, appOrder: '' })} />
      <ResourcePick kind="dataset" label={t`Dataset`} value={form.dataset} problem={problemOf('dataset')} note={<DatasetAllowed dataset={form.dataset} allowed={allowed.order !== null} loaded={allowed.loaded} />} onChange={(dataset) => setForm({ dataset })} />
      <ParamsField app={form.app} value={form.params} problem={problemOf('params')} onChange={(params) => setForm({ params })} />
      <Advanced form={form} market />
      {legs.length > 1 ? <Walk legs={legs} /> : null}
      <Cost pool={worst?.price ?? null} app={worst?.app ?? null} dataset={worst?.dataset ?? null} volume={volume} check={check.check} free={free} sum={sum} spread={walkSpread(legs.map((leg) => leg.price))} />
      <Expectation commodity={commodity} trust={trust} />
      <Preflight state={check} onFix={fix} />
      {problem && !sheet ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <Bought stage={stage} />
      <SignButton look="buy" to="buy" id="buy-submit" onClick={() => setSheet(true)} why={why}><Trans>Buy computation at market price</Trans></SignButton>
      <ShowCommand of={command(runCommand({ app: form.app || 'APP', ...(form.dataset ? { dataset: form.dataset } : {}), category: commodity.category, trust, volume: wanted || 1, params: form.params }), 'POST', '/v1/match', { requestorder: draft ?? {}, apporder: first?.apporder, workerpoolorder: first?.workerpoolorder })} />
      <SignSheet open={sheet} kind="request" order={draft} action={t`Sign and buy`} busy={stage.name === 'signing' || stage.name === 'submitted'} problem={problem} onSign={() => void purchase()} onClose={() => setSheet(false)} />
    </form>
  );
}

/** Orders made for this account alone: OTC, a period of a subscription. */
function Reserved({ commodity, account, chosen }: { commodity: Commodity; account: string | null; chosen: string }): ReactNode {
  const query = useList<Order>(account ? '/v1/workerpoolorders' : null, { category: commodity.category, requester: account, limit: 100 }, { liveMs: 10_000 });
  const rows = (query.data?.items ?? []).filter((row) => sameAddress(row.order.requesterrestrict, account));
  if (rows.length === 0) return null;
  return (
    <fieldset>
      <legend className="label"><Trans>Reserved for you</Trans></legend>
      <ul className="pick-list">
        {rows.slice(0, 5).map((row) => (
          <li key={row.hash}>
            <button type="button" aria-pressed={row.hash === chosen} onClick={() => setForm({ hash: row.hash === chosen ? '' : row.hash })}>
              <span><Trans><strong><Amount nrlc={row.price} /></strong> a task, trust {{ trust: row.order.trust ?? '0' }}</Trans></span>
              <span className="small muted"><Trans>{{ left: row.remaining }} left</Trans></span>
            </button>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

const paramsOk = (form: Form): boolean => {
  const text = form.params.trim();
  if (!text.startsWith('{')) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

function Walk({ legs }: { legs: Leg[] }): ReactNode {
  return (
    <details open>
      <summary className="small">{plural(legs.length, { one: 'Walk the book: # order', other: 'Walk the book: # orders' })}</summary>
      <table className="data">
        <caption className="sr"><Trans>Orders that the volume takes, cheapest first</Trans></caption>
        <thead><tr><th scope="col"><Trans>Order</Trans></th><th scope="col" className="right"><Trans>Price</Trans></th><th scope="col" className="right"><Trans>Volume</Trans></th></tr></thead>
        <tbody>{legs.map((leg) => <tr key={leg.workerpoolorder + leg.apporder}><td><code>{leg.workerpoolorder.slice(0, 10)}…</code></td><td className="right">{leg.price}</td><td className="right">{leg.volume}</td></tr>)}</tbody>
      </table>
    </details>
  );
}

