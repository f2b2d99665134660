// Fields that several forms of the ticket share.
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { trustMeaning } from '../../model/domain';
import type { Form } from '../../model/ticket';
import { useBoot } from '../../state/data';
import { Button, Check, Field, Select, TextField } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { setForm } from './drafts';
import { PRESETS } from './bar';

const TEMPLATES: [string, string][] = [
  [t`Command line for every task`, '{"iexec_args":"Alice"}'],
  [t`One command line for each task`, '{"0":"first","1":"second"}'],
  [t`Input files`, '{"iexec_args":"","iexec_input_files":["https://example.org/data.txt"]}'],
  [t`No params`, '{}'],
];

export function ParamsField({ value, problem, onChange }: { value: string; problem: string | null; onChange: (value: string) => void }): ReactNode {
  const lines = Math.min(10, Math.max(3, value.split('\n').length + 1));
  const pretty = (): void => {
    try {
      onChange(JSON.stringify(JSON.parse(value), null, 2));
    } catch {
      // The field says already what is wrong.
    }
  };
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Field label={t`Work params`} required problem={problem ?? jsonProblem(value)} hint={t`JSON, or plain text: it becomes the command line.`}>
        {({ id, describedBy, invalid }) => <textarea id={id} className="textarea" rows={lines} aria-describedby={describedBy} aria-invalid={invalid || undefined} aria-required spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />}
      </Field>
      <div className="row">
        <Menu trigger={<Button look="tiny"><Trans>Templates ▾</Trans></Button>} items={TEMPLATES.map(([label, text]) => ({ label, onSelect: () => onChange(text) }))} />
        <Button look="tiny" onClick={pretty}><Trans>Format</Trans></Button>
      </div>
    </div>
  );
}

function jsonProblem(text: string): string | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return null;
  try {
    JSON.parse(trimmed);
    return null;
  } catch (error) {
    return t`This is no valid JSON: ${{ cause: (error as Error).message }}`;
  }
}

export function TrustField({ value, onChange, label = t`Trust`, required = false }: { value: string; onChange: (value: string) => void; label?: string; required?: boolean }): ReactNode {
  return <TextField label={label} required={required} className="num" inputMode="numeric" value={value} onChange={(text) => onChange(text.replace(/\D/g, ''))} hint={trustMeaning(Number(value) || 0)} after={<Menu trigger={<Button aria-label={t`Presets of trust`}>▾</Button>} items={PRESETS.map((preset) => ({ label: preset ? `${preset} (${trustMeaning(preset)})` : t`0 (single run)`, onSelect: () => onChange(String(preset)) }))} />} />;
}

export function Advanced({ form, market }: { form: Form; market: boolean }): ReactNode {
  const boot = useBoot();
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="small"><Trans>Advanced</Trans></summary>
      <div className="stack" style={{ paddingTop: 8 }}>
        {market ? <TrustField value={form.trust} onChange={(trust) => setForm({ trust })} /> : null}
        <TextField label={t`Beneficiary`} placeholder={t`me`} className="mono" value={form.beneficiary} onChange={(beneficiary) => setForm({ beneficiary: beneficiary.trim() })} />
        <TextField label={t`Callback contract`} placeholder={t`none`} className="mono" value={form.callback} onChange={(callback) => setForm({ callback: callback.trim() })} />
        <TextField label={t`Only this workerpool (or group)`} placeholder={t`any`} className="mono" value={form.workerpool} onChange={(workerpool) => setForm({ workerpool: workerpool.trim() })} />
        {boot.features.resultEncryption ? <Check label={t`Encrypt the result for the beneficiary`} checked={form.encrypt} onChange={(encrypt) => setForm({ encrypt })} /> : null}
        {market ? (
          <Select label={t`If not everything can be had`} value={form.fill} onChange={(fill) => setForm({ fill: fill as Form['fill'] })} choices={[{ value: 'all', label: t`all or nothing` }, { value: 'part', label: t`fill what is there` }, { value: 'rest', label: t`rest becomes a limit order` }]} />
        ) : null}
      </div>
    </details>
  );
}
