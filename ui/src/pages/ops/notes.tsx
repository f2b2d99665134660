// A note of the operator on a machine, kept in this browser.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { keptStore, useStore } from '../../state/store';
import { Dialog } from '../../view/overlays';
import { Button } from '../../view/ui';

const MOST = 2_000;

export const notesStore = keptStore<Record<string, string>>('worker_notes', {});

export const useNote = (address: string): string => useStore(notesStore)[address.toLowerCase()] ?? '';

function keep(address: string, text: string): void {
  notesStore.set((old) => {
    const next = { ...old };
    if (text.trim()) next[address.toLowerCase()] = text.slice(0, MOST);
    else delete next[address.toLowerCase()];
    return next;
  });
}

export function NoteDialog({ address, name, onClose }: { address: string; name: string; onClose: () => void }): ReactNode {
  const kept = useNote(address);
  const [text, setText] = useState(kept);
  return (
    <Dialog open onClose={onClose} title={t`Note on ${name}`} foot={<><Button look="primary" onClick={() => { keep(address, text); onClose(); }}><Trans>Keep</Trans></Button><Button onClick={onClose}><Trans>Back</Trans></Button></>}>
      <label className="field"><span className="label"><Trans>Note</Trans></span><textarea className="textarea" rows={5} maxLength={MOST} value={text} onChange={(event) => setText(event.target.value)} /></label>
      <p className="small muted"><Trans>Kept in this browser only; nobody else reads it.</Trans></p>
    </Dialog>
  );
}
