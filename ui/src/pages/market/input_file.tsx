// An input file for the task: put into the market's store, its address added to the work params (D-05).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import type { Upload } from '../../transport/api';
import { Dialog } from '../../view/overlays';
import { Button } from '../../view/ui';
import { FileUpload } from '../../view/upload';

export default function InputFileDialog({ onAdd, onClose }: { onAdd: (location: string) => void; onClose: () => void }): ReactNode {
  const [stored, setStored] = useState<Upload | null>(null);
  const add = (): void => {
    if (stored?.location) onAdd(stored.location);
    onClose();
  };
  return (
    <Dialog open onClose={onClose} title={t`Upload an input file`} foot={<Button look="primary" onClick={add} why={stored ? null : t`Upload the file first.`}><Trans>Add to the work params</Trans></Button>}>
      <p className="small muted"><Trans>Workers read the file before your app starts. Whoever knows its address can read it too.</Trans></p>
      <FileUpload plain keySaved onKeySaved={() => undefined} onStored={setStored} />
    </Dialog>
  );
}
