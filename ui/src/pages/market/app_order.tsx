// Which order of the app is used: the cheapest that fits, or another one (§6.6, "change opens the list").
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Order } from '../../transport/api';
import { Chip } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { Amount, Id } from '../../view/values';
import { setForm } from './drafts';
import { useAppOrders } from './legs';

export function AppOrder({ app, used, chosen, requester }: { app: string; used: Order | null; chosen: string; requester: string | null }): ReactNode {
  const [open, setOpen] = useState(false);
  const orders = useAppOrders(open ? app : '', requester, 20);
  const take = (hash: string): void => {
    setForm({ appOrder: hash });
    setOpen(false);
  };
  if (!used) return null;
  return (
    <>
      <button type="button" className="link-button" onClick={() => setOpen(true)}>{chosen ? t`order chosen, change` : t`change its order`}</button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t`Orders of this app`}>
        <p className="muted"><Trans>The cheapest that you may use is taken, unless you choose another.</Trans></p>
        <ul className="pick-list">
          <li><button type="button" aria-pressed={chosen === ''} onClick={() => take('')}><strong><Trans>The cheapest</Trans></strong></button></li>
          {(orders ?? []).map((each) => (
            <li key={each.hash}>
              <button type="button" aria-pressed={each.hash === chosen} onClick={() => take(each.hash)}>
                <span><Id id={each.hash} kind={t`order`} copy={false} /> {each.hash === used.hash ? <Chip tone="success"><Trans>in use</Trans></Chip> : null}</span>
                <span className="small" style={{ textAlign: 'end' }}><Amount nrlc={each.price} /> <span className="muted">{plural(each.remaining, { one: '# left', other: '# left' })}</span></span>
              </button>
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}

/** Whether the dataset may be used with the chosen app. */
export function DatasetAllowed({ dataset, allowed, loaded }: { dataset: string; allowed: boolean; loaded: boolean }): ReactNode {
  if (!dataset || !loaded) return null;
  return allowed ? <span className="tone-success"><Trans>· allowed with this app</Trans></span> : <span className="tone-danger"><Trans>· its owner does not allow this app, or not you</Trans></span>;
}
