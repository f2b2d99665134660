// The ticket: {Buy, Sell} × {Fill market order, Place limit order} (web-ui.md §6.6).
import { useEffect, type ReactNode } from 'react';
import { useStore } from '../../state/store';
import { useKey } from '../../view/keys';
import { Boundary } from '../../view/states';
import { Segmented } from '../../view/ui';
import { commodityWords } from '../../model/domain';
import { useUrl } from '../../state/url';
import { BuyLimit } from './buy_limit';
import { BuyMarket } from './buy_market';
import { draftStore, setDraft, setForm } from './drafts';
import { SellLimit, SellMarket } from './sell';
import type { Commodity } from './commodity';

export function Ticket({ commodity }: { commodity: Commodity }): ReactNode {
  const draft = useStore(draftStore);
  const [url] = useUrl();
  useEffect(() => {
    if (url.app) setForm({ app: url.app });
  }, [url.app]);
  useKey('bsx', (letter) => {
    if (letter === 'x') setDraft({ kind: draft.kind === 'market' ? 'limit' : 'market' });
    else setDraft({ side: letter === 'b' ? 'buy' : 'sell' });
    setTimeout(() => document.querySelector<HTMLElement>('#ticket form input')?.focus(), 0);
  });
  const { side, kind } = draft;
  return (
    <div className="ticket">
      <div className="side-tabs" role="group" aria-label="Side">
        <button type="button" className="buy" aria-pressed={side === 'buy'} data-on={side === 'buy'} onClick={() => setDraft({ side: 'buy' })}>Buy</button>
        <button type="button" className="sell" aria-pressed={side === 'sell'} data-on={side === 'sell'} onClick={() => setDraft({ side: 'sell' })}>Sell</button>
      </div>
      <Segmented label="Kind of order" value={kind} choices={[{ value: 'market', label: 'Fill market order' }, { value: 'limit', label: 'Place limit order' }]} onChange={(value) => setDraft({ kind: value })} />
      <span className="small muted">{commodityWords(commodity.category, commodity.tag, commodity.trust)}</span>
      <Boundary name="The ticket">
        {side === 'buy' && kind === 'market' ? <BuyMarket commodity={commodity} /> : null}
        {side === 'buy' && kind === 'limit' ? <BuyLimit commodity={commodity} /> : null}
        {side === 'sell' && kind === 'market' ? <SellMarket /> : null}
        {side === 'sell' && kind === 'limit' ? <SellLimit commodity={commodity} /> : null}
      </Boundary>
    </div>
  );
}
