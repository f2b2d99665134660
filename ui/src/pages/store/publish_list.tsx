// Publish a curated list: its form, then what is signed in words and raw (M-35).
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { appsOfLines, listDraft, signedText, type ListDraft } from '../../model/lists';
import { Refused } from '../../signer/types';
import { api } from '../../transport/http';
import { refreshData, useBoot } from '../../state/data';
import { signWhy, useWallet } from '../../state/wallet';
import { useWhyNotSend } from '../../state/writable';
import { FormProblems } from '../../view/form_problems';
import { Dialog } from '../../view/overlays';
import { FullAddress, TextSheet } from '../../view/sign_words';
import { Button, Field, Notice, TextField } from '../../view/ui';
import { Untrusted } from '../../view/values';

type Form = { name: string; text: string; fee: string };

function ListForm({ form, problem, why, onChange, onNext, onClose }: { form: Form; problem: string | null; why: string | null; onChange: (part: Partial<Form>) => void; onNext: () => void; onClose: () => void }): ReactNode {
  return (
    <Dialog open onClose={onClose} title={t`Publish a list of apps`} foot={<Button look="primary" onClick={onNext} why={why}><Trans>Continue</Trans></Button>}>
      <FormProblems />
      <p className="small muted"><Trans>You sign the list with your wallet. A newer list of the same name replaces it.</Trans></p>
      <TextField label={t`Name`} required value={form.name} onChange={(name) => onChange({ name })} />
      <Field label={t`Apps, one a line: address, then a note`} required problem={form.text ? problem : null}>
        {({ id, describedBy, invalid }) => <textarea id={id} className="textarea" rows={6} aria-describedby={describedBy} aria-invalid={invalid || undefined} value={form.text} onChange={(event) => onChange({ text: event.target.value })} />}
      </Field>
      <TextField label={t`Fee (in words, shown with the list)`} value={form.fee} onChange={(fee) => onChange({ fee })} />
    </Dialog>
  );
}

function AppsOf({ draft }: { draft: ListDraft }): ReactNode {
  return <ul className="members">{draft.apps.map((each) => <li key={each.address}><FullAddress of={each.address} /> <Untrusted text={each.note} more /></li>)}</ul>;
}

export function PublishList(): ReactNode {
  const wallet = useWallet();
  const boot = useBoot();
  const blocked = useWhyNotSend();
  const [step, setStep] = useState<'closed' | 'form' | 'sign'>('closed');
  const [form, setForm] = useState<Form>({ name: '', text: '', fee: '' });
  const [problem, setProblem] = useState<string | null>(null);
  const { apps, problem: wrong } = appsOfLines(form.text);
  const draft = listDraft(form.name.trim(), wallet.account ?? '', apps, form.fee.trim());
  const why = !wallet.signer ? t`Connect a wallet first.` : !form.name.trim() ? t`Give the list a name.` : wrong;
  const close = (): void => setStep('closed');
  const sign = async (): Promise<void> => {
    setProblem(null);
    try {
      const signature = await wallet.signer?.signMessage(wallet.account ?? '', signedText(draft));
      await api('/v1/lists', { body: { ...draft, sign: signature } });
      refreshData('/v1/lists', '/v1/apps');
      close();
    } catch (error) {
      if (!(error instanceof Refused)) setProblem((error as Error).message);
    }
  };
  return (
    <>
      <Button look="primary" onClick={() => setStep('form')}><Trans>Publish a list</Trans></Button>
      {step === 'form' ? <ListForm form={form} problem={wrong} why={why} onChange={(part) => setForm((old) => ({ ...old, ...part }))} onNext={() => setStep('sign')} onClose={close} /> : null}
      {step === 'sign' ? (
        <TextSheet
          title={t`What you sign`}
          text={signedText(draft)}
          rows={[[t`List`, <Untrusted key="n" text={draft.name} more />], [t`Curator`, <FullAddress key="c" of={draft.curator} />], [t`Apps`, <AppsOf key="a" draft={draft} />], ...(draft.fee ? [[t`Fee`, <Untrusted key="f" text={draft.fee} more />] as [string, ReactNode]] : []), [t`As`, t`a text of your wallet (personal message), for no chain and no contract`]]}
          action={t`Sign and publish`}
          why={signWhy(wallet, boot.domain.chainId) ?? blocked}
          problem={problem}
          onSign={() => void sign()}
          onClose={() => setStep('form')}
        >
          <Notice tone="info" inline><Trans>Signing costs nothing and moves nothing. Whoever trusts you sees these apps marked as yours.</Trans></Notice>
        </TextSheet>
      ) : null}
    </>
  );
}
