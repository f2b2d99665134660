// An order that is signed elsewhere: saved, signed by the program where the key lies, dropped back (web-ui.md §7.2, file).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type DragEvent, type ReactNode } from 'react';
import { orderWords } from '../model/orders';
import { signedOrderOf, unsignedFile } from '../signer/files';
import { fileRequest, type FileRequest } from '../signer/file_request';
import { useStore } from '../state/store';
import { Dialog } from './overlays';
import { saveFile } from './table';
import { Button, Copy, KeyTable, Notice } from './ui';
import { Untrusted } from './values';

function Steps({ request }: { request: FileRequest }): ReactNode {
  const [problem, setProblem] = useState<string | null>(null);
  const line = `bourse order sign --${request.kind}`;
  const take = (file: File | undefined): void => {
    if (file) file.text().then((text) => signedOrderOf(request, text)).then(request.done).catch((error: Error) => setProblem(error.message));
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  };
  return (
    <div className="stack" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <ol className="stack" style={{ margin: 0, paddingInlineStart: 20 }}>
        <li><Button onClick={() => saveFile('iexec.json', unsignedFile(request.kind, request.order), 'application/json')}><Trans>Save iexec.json</Trans></Button></li>
        <li>
          <Trans>Where the key of <code>{request.account}</code> lies, in the folder of that file:</Trans>
          <div className="command-box always" tabIndex={0}>{line} <Copy text={line} kind={t`command`} always /></div>
        </li>
        <li>
          <label className="field"><span className="label"><Trans>Bring orders.json back: choose it, or drop it here</Trans></span><input type="file" accept=".json,application/json" onChange={(event) => take(event.target.files?.[0])} /></label>
        </li>
      </ol>
      {problem ? <Notice tone="danger" alert>{problem}</Notice> : null}
      <details>
        <summary><Trans>The order in words</Trans></summary>
        <KeyTable rows={orderWords(request.kind, request.order).filter((each) => each.name !== 'salt').map((each) => [each.label, <Untrusted key={each.name} text={each.words} more />])} />
      </details>
    </div>
  );
}

export default function FileSign(): ReactNode {
  const request = useStore(fileRequest);
  if (!request) return null;
  return (
    <Dialog open onClose={request.refuse} title={t`Sign by file`} foot={<Button onClick={request.refuse}><Trans>Back</Trans></Button>}>
      <Steps request={request} />
    </Dialog>
  );
}
