// Buy – place limit order: a request that rests in the book until a pool meets it.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { isAddress } from '../../model/domain';
import { curl } from '../../model/commands';
import { requestErrors, requestTotal } from '../../model/orders';
import { limitRequest, requestTag, subscriptionVolume, type Form } from '../../model/ticket';
import { publish } from '../../state/actions';
import type { Ticker } from '../../transport/api';
import { useApi, useBoot } from '../../state/data';
import { useStore } from '../../state/store';
import { signWhy, useWallet } from '../../state/wallet';
import { SignButton, useAccount } from '../../view/wallet';
import { Notice, Select, TextField } from '../../view/ui';
import { ShowCommand } from '../../view/command';
import { FormProblems } from '../../view/form_problems';
import { Advanced, ParamsField, SaveTemplate, TrustField } from './fields';
import { draftStore, formProblem, nextDraft, setForm } from './drafts';
import { DatasetAllowed } from './app_order';
import { ForContract } from './contract';
import { Expectation } from './expectation';
import { useDatasetOrder } from './legs';
import { rememberResource, ResourcePick } from './pick';
import { Cost, SignSheet } from './preflight';
import { stable, useDefaultApp } from './buy_market';
import type { Commodity } from './commodity';

const DIGITS = /^\d+$/;

const TERMS = [{ value: 'once', label: t`limit order: rests until it is filled` }, { value: 'subscription', label: 'subscription: tasks each period, from one pool' }];

/** A subscription is one limit order for all periods: the pool's scheduler sells a period's tasks at a time. */
function SubscriptionFields({ form, problemOf }: { form: Form; problemOf: (field: string) => string | null }): ReactNode {
  return (
    <>
      <div className="pair">
        <TextField label={t`Tasks a period`} required className="num" inputMode="numeric" value={form.periodTasks} problem={problemOf('volume')} onChange={(text) => setForm({ periodTasks: text.replace(/\D/g, '') })} />
        <TextField label={t`Periods`} required className="num" inputMode="numeric" value={form.periods} onChange={(text) => setForm({ periods: text.replace(/\D/g, '') })} />
      </div>
      <TextField label={t`Workerpool`} required className="mono" placeholder="0x…" value={form.workerpool} onChange={(workerpool) => setForm({ workerpool: workerpool.trim() })} hint={t`Agree on price and period with its owner. The order rests and fills period by period; what is left can be cancelled at any time.`} />
    </>
  );
}

export function BuyLimit({ commodity }: { commodity: Commodity }): ReactNode {
  const { form, salt } = useStore(draftStore);
  const boot = useBoot();
  const wallet = useWallet();
  const { free } = useAccount(wallet.account);
  const [sheet, setSheet] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [placed, setPlaced] = useState<string | null>(null);
  const [touched, setTouched] = useState(false);
  const allowed = useDatasetOrder(form, wallet.account);
  const wrong = useStore(formProblem);
  const ticker = useApi<Ticker>('/v1/ticker', { category: commodity.category, tag: commodity.tag, trust: commodity.trust });
  useDefaultApp(form);
  let draft: ReturnType<typeof limitRequest> | null = null;
  try {
    draft = stable(salt, limitRequest(form, { requester: wallet.account ?? '0x0000000000000000000000000000000000000001', category: commodity.category, tag: requestTag(form, commodity.tag), salt }));
  } catch {
    draft = null; // params are no JSON: the field says so
  }
  const volume = form.term === 'subscription' ? (subscriptionVolume(form) ?? '') : form.volume;
  const noPool = form.term === 'subscription' && !isAddress(form.workerpool) ? t`A subscription is with one workerpool: name it.` : null;
  const errors = draft ? requestErrors({ ...draft, workerpoolmaxprice: form.workerpoolPrice, appmaxprice: form.appPrice }, boot.limits.paramsBytes) : [];
  const problemOf = (field: string): string | null => (touched ? (errors.find((each) => each.field === field)?.text ?? null) : null);
  const total = draft && errors.length === 0 ? requestTotal(draft) : null;
  const missing = total !== null && free !== null && BigInt(total) > BigInt(free) ? String(BigInt(total) - BigInt(free)) : null;
  const why = signWhy(wallet, boot.domain.chainId) ?? (!draft ? t`Work params are no valid JSON.` : (errors[0]?.text ?? wrong ?? noPool ?? (missing ? t`Your account is short by ${missing} nRLC: top up first.` : null)));
  const place = async (): Promise<void> => {
    if (!draft) return;
    setBusy(true);
    setProblem(null);
    try {
      const order = await publish(t`Limit order: buy ${volume} at ${{ price: form.workerpoolPrice }}`, 'request', draft, boot);
      if (order) {
        rememberResource('app', form.app);
        setPlaced(order.hash);
        setSheet(false);
        nextDraft();
      }
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => event.preventDefault()} aria-label={t`Buy, place limit order`} onBlur={() => setTouched(true)}>
      <FormProblems />
      <Select label={t`Term`} value={form.term} choices={TERMS} onChange={(term) => setForm({ term: term as Form['term'] })} />
      {form.term === 'subscription' ? <SubscriptionFields form={form} problemOf={problemOf} /> : null}
      <div className="pair">
        {form.term === 'subscription' ? <TextField label={t`Tasks in all`} className="num" readOnly value={subscriptionVolume(form) ?? ''} onChange={() => undefined} /> : <TextField label={t`Volume`} required className="num" inputMode="numeric" value={form.volume} problem={problemOf('volume')} onChange={(volume) => setForm({ volume: volume.replace(/\D/g, '') })} />}
        <TextField label={t`Workerpool price`} required className="num" inputMode="numeric" value={form.workerpoolPrice} problem={problemOf('workerpoolmaxprice')} hint={t`most a task, nRLC`} onChange={(price) => setForm({ workerpoolPrice: price.replace(/\D/g, '') })} />
      </div>
      <ResourcePick kind="app" label={t`Dapp address`} required value={form.app} problem={problemOf('app')} onChange={(app) => setForm({ app })} />
      <div className="pair">
        <TextField label={t`Dapp price`} required className="num" inputMode="numeric" value={form.appPrice} problem={problemOf('appmaxprice')} hint={t`most a task, nRLC`} onChange={(price) => setForm({ appPrice: price.replace(/\D/g, '') })} />
        <TrustField required value={form.trust} onChange={(trust) => setForm({ trust })} />
      </div>
      <ResourcePick kind="dataset" label={t`Dataset`} value={form.dataset} problem={problemOf('dataset')} note={<DatasetAllowed dataset={form.dataset} allowed={allowed.order !== null} loaded={allowed.loaded} />} onChange={(dataset) => setForm({ dataset })} />
      {isAddress(form.dataset) ? <TextField label={t`Dataset price`} className="num" inputMode="numeric" value={form.datasetPrice} onChange={(price) => setForm({ datasetPrice: price.replace(/\D/g, '') })} hint={t`most a task, nRLC`} /> : null}
      <ParamsField app={form.app} value={form.params} problem={problemOf('params')} onChange={(params) => setForm({ params })} />
      <Advanced form={form} market={false} />
      <ForContract draft={errors.length ? null : draft} />
      <Cost pool={DIGITS.test(form.workerpoolPrice) ? form.workerpoolPrice : null} app={DIGITS.test(form.appPrice) ? form.appPrice : null} dataset={isAddress(form.dataset) && DIGITS.test(form.datasetPrice) ? form.datasetPrice : null} volume={volume} check={null} median={ticker.data?.median24h ?? null} free={free} />
      <Expectation commodity={commodity} trust={Number(form.trust) || 0} />
      {missing ? <Notice tone="warning" inline><Trans>Short by {missing} nRLC. <Link to={`/wallet/deposit?amount=${missing}` as never}>Top up {missing} nRLC</Link></Trans></Notice> : null}
      {placed ? <Notice tone="success" inline><Trans>The order rests in the book. <Link to={`/market/order/${placed}` as never}>Open it</Link></Trans> <SaveTemplate /></Notice> : null}
      {problem && !sheet ? <Notice tone="danger" inline alert>{problem}</Notice> : null}
      <SignButton look="buy" to="buy" onClick={() => { setTouched(true); setSheet(true); }} why={why}><Trans>Place computation buy limit order</Trans></SignButton>
      <ShowCommand of={curl(location.origin, '/v1/requestorders', { order: draft ?? {} })} />
      <SignSheet open={sheet} kind="request" order={draft} action={t`Sign and place`} busy={busy} problem={problem} onSign={() => void place()} onClose={() => setSheet(false)} />
    </form>
  );
}
