// All / Mine (G-05): Mine without a wallet asks for an address to watch instead of being disabled.
import { useState, type ReactNode } from 'react';
import { isAddress } from '../../model/domain';
import { useWallet } from '../../state/wallet';
import { useKey } from '../../view/keys';
import { Button, Segmented, TextField } from '../../view/ui';
import { useUrl } from '../../state/url';

export function AllMine(): ReactNode {
  const [url, change] = useUrl();
  const wallet = useWallet();
  const [asking, setAsking] = useState(false);
  const [address, setAddress] = useState('');
  const mine = url.mine ?? null;
  const choose = (value: 'all' | 'mine'): void => {
    if (value === 'all') {
      setAsking(false);
      change({ mine: null, cursor: null });
    } else if (wallet.account) change({ mine: wallet.account, cursor: null });
    else setAsking(true);
  };
  useKey('m', () => choose(mine ? 'all' : 'mine'));
  return (
    <div className="row">
      <Segmented label="Whose" value={mine || asking ? 'mine' : 'all'} choices={[{ value: 'all', label: 'All' }, { value: 'mine', label: 'Mine' }]} onChange={choose} />
      {asking && !mine ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isAddress(address)) change({ mine: address, cursor: null });
          }}
        >
          <TextField label="Address to watch" value={address} onChange={setAddress} placeholder="0x…" after={<Button type="submit" why={isAddress(address) ? null : 'Enter an address: 0x and 40 digits.'}>Show</Button>} />
        </form>
      ) : null}
    </div>
  );
}
