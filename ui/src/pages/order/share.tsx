// An order handed over without this market: as a file, as text, or as a QR code for another device.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useMemo, useState, type ReactNode } from 'react';
import type { Order } from '../../transport/api';
import { qrOf } from '../../model/qr';
import { quote } from '../../model/commands';
import { Dialog } from '../../view/overlays';
import { saveFile } from '../../view/table';
import { Button, Copy, Notice, Segmented } from '../../view/ui';

type What = 'order' | 'link';

function Code({ text, label }: { text: string; label: string }): ReactNode {
  const code = useMemo(() => qrOf(text), [text]);
  if (!code) return <Notice tone="info"><Trans>This order is too long for a QR code: save it as a file, or show the code of its link.</Trans></Notice>;
  return (
    <svg className="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={code.path} fill="#000" />
    </svg>
  );
}

const orderFileName = (order: Order): string => `${order.kind}order-${order.hash.slice(2, 10)}.json`;

/** The form in which the program takes an order from a file. */
export function saveOrder(order: Order): string {
  const name = orderFileName(order);
  saveFile(name, JSON.stringify(order.order, null, 2), 'application/json');
  return name;
}

export default function ShareDialog({ order, onClose }: { order: Order; onClose: () => void }): ReactNode {
  const [what, setWhat] = useState<What>('order');
  const name = orderFileName(order);
  const line = `bourse order fill --${order.kind} ${quote(name)}`;
  const link = `${location.origin}/market/order/${order.hash}`;
  const text = what === 'order' ? JSON.stringify(order.order) : link;
  return (
    <Dialog open onClose={onClose} title={t`Hand this order over`} foot={<><Button look="primary" onClick={() => saveOrder(order)}><Trans>Save {name}</Trans></Button><Button onClick={onClose}><Trans>Close</Trans></Button></>}>
      <p style={{ margin: 0 }}><Trans>Whoever has the signed order can match it, also without this market. With the file:</Trans></p>
      <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind={t`command`} always /></div>
      <div className="row between">
        <Segmented label={t`What the code holds`} value={what} choices={[{ value: 'order', label: t`Signed order` }, { value: 'link', label: t`Link` }]} onChange={setWhat} />
        <Copy text={text} kind={what === 'order' ? t`order` : t`link`} always />
      </div>
      <Code text={text} label={what === 'order' ? t`QR code of the signed order` : t`QR code of the link of this page`} />
      <div className="command-box" tabIndex={0}>{text}</div>
    </Dialog>
  );
}
