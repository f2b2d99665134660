// The ticket: {Buy, Sell} × {Fill market order, Place limit order} (web-ui.md §6.6).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useEffect, useRef, type ReactNode } from 'react';
import { useStore } from '../../state/store';
import { Boundary } from '../../view/states';
import { Segmented } from '../../view/ui';
import { commodityWords } from '../../model/domain';
import { useUrl } from '../../state/url';
import { BuyLimit } from './buy_limit';
import { BuyMarket } from './buy_market';
import { draftStore, setDraft, setForm } from './drafts';
import { SellLimit, SellMarket } from './sell';
import { useWishedFocus } from './ticket_keys';
import type { Commodity } from './commodity';

export function Ticket({ commodity }: { commodity: Commodity }): ReactNode {
  const draft = useStore(draftStore);
  const [url] = useUrl();
  useEffect(() => {
    if (url.app) setForm({ app: url.app });
  }, [url.app]);
  const root = useRef<HTMLDivElement>(null);
  const { side, kind } = draft;
  useWishedFocus(root);
  return (
    <div className="ticket" ref={root}>
      <div className="side-tabs" role="group" aria-label={t`Side`}>
        <button type="button" className="buy" aria-pressed={side === 'buy'} data-on={side === 'buy'} onClick={() => setDraft({ side: 'buy' })}><Trans>Buy</Trans></button>
        <button type="button" className="sell" aria-pressed={side === 'sell'} data-on={side === 'sell'} onClick={() => setDraft({ side: 'sell' })}><Trans>Sell</Trans></button>
      </div>
      <Segmented label={t`Kind of order`} value={kind} choices={[{ value: 'market', label: t`Fill market order` }, { value: 'limit', label: t`Place limit order` }]} onChange={(value) => setDraft({ kind: value })} />
      <span className="small muted">{commodityWords(commodity.category, commodity.tag, commodity.trust)}</span>
      <Boundary name={t`The ticket`}>
        {side === 'buy' && kind === 'market' ? <BuyMarket commodity={commodity} /> : null}
        {side === 'buy' && kind === 'limit' ? <BuyLimit commodity={commodity} /> : null}
        {side === 'sell' && kind === 'market' ? <SellMarket /> : null}
        {side === 'sell' && kind === 'limit' ? <SellLimit commodity={commodity} /> : null}
      </Boundary>
    </div>
  );
}
