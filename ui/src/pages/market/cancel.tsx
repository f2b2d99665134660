// Cancel of one or several orders (M-43): withdraw takes an order from the public book, cancel on chain is final.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Suspense, useState, type ReactNode } from 'react';
import type { Order } from '../../transport/api';
import { count } from '../../model/format';
import { cancelCallOf, cancelOnChain, withdrawOrder } from '../../state/actions';
import { openSession } from '../../state/session';
import { useBoot } from '../../state/data';
import { useWallet } from '../../state/wallet';
import { FormProblems } from '../../view/form_problems';
import { Dialog } from '../../view/overlays';
import { Button, Notice, TextField } from '../../view/ui';
import { Amount, Id } from '../../view/values';
import { lazyPart } from '../../view/part';
import { markCancelled } from './gone';

const CallFacts = lazyPart(() => import('../../view/sign_words'));

/** From so many orders on, the number has to be typed. */
const MANY = 20;
/** Transactions that are told in words; the others are their like. */
const TOLD = 3;

/** What the wallet will be asked to sign for a cancel on chain (M-35). */
function Calls({ orders }: { orders: Order[] }): ReactNode {
  const boot = useBoot();
  const others = orders.length - TOLD;
  return (
    <Suspense fallback={null}>
      {orders.slice(0, TOLD).map((order) => <CallFacts key={order.hash} call={cancelCallOf(order, boot)} />)}
      {others > 0 ? <span className="small muted">{plural(others, { one: 'and # more of this kind', other: 'and # more of this kind' })}</span> : null}
    </Suspense>
  );
}

function Which({ orders }: { orders: Order[] }): ReactNode {
  const [order] = orders;
  if (order && orders.length === 1)
    return <p><Id id={order.hash} kind={t`order`} width="wide" />, <Trans>price <Amount nrlc={order.price} />, {count(order.remaining)} of {count(order.volume)} left.</Trans></p>;
  return <p>{plural(orders.reduce((sum, each) => sum + each.remaining, 0), { one: 'With them # task leaves the book.', other: 'With them # tasks leave the book.' })}</p>;
}

export function CancelDialog({ orders, onClose, onGone }: { orders: Order[]; onClose: () => void; onGone?: () => void }): ReactNode {
  const boot = useBoot();
  const wallet = useWallet();
  const [done, setDone] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  if (orders.length === 0) return null;
  const [first] = orders;
  /** One after the other; a refusal in the wallet ends it, what is done stays done. */
  const act = async (what: (order: Order) => Promise<unknown>): Promise<void> => {
    setProblem(null);
    setDone(0);
    try {
      for (const [at, order] of orders.entries()) {
        if ((await what(order)) === null) return;
        markCancelled(order.hash);
        setDone(at + 1);
      }
      onGone?.();
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setDone(null);
    }
  };
  const withdraw = async (order: Order): Promise<boolean> => {
    await withdrawOrder(order, (await openSession(wallet)).token);
    return true;
  };
  const many = orders.length > MANY;
  const confirmed = typed === String(orders.length);
  const why = done !== null ? t`In progress.` : !wallet.signer ? t`This wallet cannot sign.` : many && !confirmed ? t`Type the number of orders first.` : null;
  const title = orders.length === 1 ? t`Cancel this ${first?.kind ?? ''} order?` : plural(orders.length, { one: 'Cancel # order?', other: 'Cancel # orders?' });
  return (
    <Dialog open onClose={onClose} title={title} foot={<Button onClick={onClose}>{orders.length === 1 ? t`Keep it` : t`Keep them`}</Button>}>
      <Which orders={orders} />
      <FormProblems />
      {many ? <TextField label={t`Type ${orders.length} to go on`} className="num" inputMode="numeric" value={typed} problem={typed && !confirmed ? t`Type ${orders.length}: so many orders are cancelled.` : null} onChange={setTyped} /> : null}
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <div className="stack">
        <Button look="danger" onClick={() => void act((order) => cancelOnChain(order, boot))} why={why}><Trans>Cancel on chain</Trans></Button>
        <span className="small muted"><Trans>Final: nobody can use the order any more, wherever a copy lies. Costs no fee here.</Trans>{orders.length > 1 ? <> <Trans>Your wallet asks once for each.</Trans></> : null}</span>
        {wallet.signer ? <Calls orders={orders} /> : null}
        <Button onClick={() => void act(withdraw)} why={why}><Trans>Withdraw</Trans></Button>
        <span className="small muted"><Trans>Only removes it from this book: a kept copy can still be matched.</Trans></span>
        {done !== null && orders.length > 1 ? <span className="small" role="status"><Trans>{done} of {orders.length} done</Trans></span> : null}
      </div>
    </Dialog>
  );
}
