// A requester that is a contract cannot sign: it sends the call that this makes, and the order counts as signed (M-37).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { isAddress } from '../../model/domain';
import { orderHash } from '../../model/order_hash';
import type { OrderFields } from '../../model/orders';
import { manageCall } from '../../signer/calls';
import { useBoot } from '../../state/data';
import { Button, Copy, KeyTable, TextField } from '../../view/ui';
import { Dialog } from '../../view/overlays';
import { saveFile } from '../../view/table';

export function ForContract({ draft }: { draft: OrderFields | null }): ReactNode {
  const boot = useBoot();
  const [open, setOpen] = useState(false);
  const [contract, setContract] = useState('');
  const hub = boot.domain.verifyingContract;
  const order = draft && isAddress(contract) ? { ...draft, requester: contract, beneficiary: draft.beneficiary === draft.requester ? contract : (draft.beneficiary ?? contract) } : null;
  const data = order ? manageCall('request', order, 'sign') : '';
  const save = (): void => saveFile('presign.json', JSON.stringify({ to: hub, data, value: '0', order: { ...order, sign: '0x' } }, null, 2), 'application/json');
  return (
    <>
      <Button look="tiny" onClick={() => setOpen(true)} why={draft ? null : t`Fill the ticket first.`}><Trans>Prepare for a contract</Trans></Button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t`Prepare for a contract`} foot={<Button look="primary" onClick={save} why={order ? null : t`Enter the address of the contract first.`}><Trans>Save call and order</Trans></Button>}>
        <p><Trans>The contract that requests sends this call to the hub instead of signing. Then publish the saved order: its signature stays empty.</Trans></p>
        <TextField label={t`Contract that requests`} required className="mono" placeholder="0x…" value={contract} onChange={(value) => setContract(value.trim())} problem={contract && !isAddress(contract) ? t`An address is 0x and 40 digits.` : null} />
        {order ? (
          <>
            <KeyTable rows={[[t`To`, <code key="t">{hub}</code>], [t`Order hash`, <code key="h">{orderHash('request', order, boot.domain)}</code>]]} />
            <div className="row between"><span className="label"><Trans>Call data</Trans></span><Copy text={data} kind={t`call data`} always /></div>
            <pre className="command-box" tabIndex={0}>{data}</pre>
          </>
        ) : null}
      </Dialog>
    </>
  );
}
