// All / Mine (G-05): Mine without a wallet asks for an address to watch instead of being disabled.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { isAddress } from '../../model/domain';
import { useWallet } from '../../state/wallet';
import { useKey } from '../../view/letters';
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
      <Segmented label={t`Whose`} value={mine || asking ? 'mine' : 'all'} choices={[{ value: 'all', label: t`All` }, { value: 'mine', label: t`Mine` }]} onChange={choose} />
      {asking && !mine ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isAddress(address)) change({ mine: address, cursor: null });
          }}
        >
          <TextField label={t`Address to watch`} value={address} onChange={setAddress} placeholder="0x…" after={<Button type="submit" why={isAddress(address) ? null : t`Enter an address: 0x and 40 digits.`}><Trans>Show</Trans></Button>} />
        </form>
      ) : null}
    </div>
  );
}
