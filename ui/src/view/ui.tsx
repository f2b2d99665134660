// Small building blocks. A button that cannot be pressed stays focusable and says why (M-30).
import { t } from '@lingui/core/macro';
import { useId, useState, type ButtonHTMLAttributes, type InputHTMLAttributes, type ReactNode } from 'react';
import { say } from '../state/activity';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { why?: string | null; look?: string };

export function Button({ why, look = '', children, onClick, className, ...rest }: ButtonProps): ReactNode {
  const id = useId();
  return (
    <>
      <button
        type="button"
        className={`button ${look} ${className ?? ''}`}
        aria-disabled={why ? true : undefined}
        aria-describedby={why ? id : undefined}
        title={why ?? undefined}
        onClick={(event) => {
          if (why) {
            event.preventDefault();
            say(why, true);
          } else onClick?.(event);
        }}
        {...rest}
      >
        {children}
      </button>
      {why ? (
        <span id={id} className="sr">
          {why}
        </span>
      ) : null}
    </>
  );
}

export function IconButton({ label, children, className, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { label: string }): ReactNode {
  return (
    <button type="button" className={`icon-button ${className ?? ''}`} aria-label={label} title={label} {...rest}>
      {children}
    </button>
  );
}

const COPIED_MS = 1_500;

export function Copy({ text, kind, always = false }: { text: string; kind: string; always?: boolean }): ReactNode {
  const [done, setDone] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => {
      setDone(true);
      say(t`${kind} copied`);
      setTimeout(() => setDone(false), COPIED_MS);
    });
  };
  return (
    <IconButton
      label={t`Copy ${kind}`}
      className={`tiny ${always ? '' : 'copy'}`}
      onClick={(event) => {
        event.stopPropagation();
        event.preventDefault();
        copy();
      }}
    >
      {done ? '✓' : <CopyMark />}
    </IconButton>
  );
}

function CopyMark(): ReactNode {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 3.2V3A1.5 1.5 0 0 0 9 1.5H3A1.5 1.5 0 0 0 1.5 3v6A1.5 1.5 0 0 0 3 10.5h.2" />
    </svg>
  );
}

type FieldProps = { label: ReactNode; required?: boolean; hint?: ReactNode; problem?: string | null; children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode };

export function Field({ label, required, hint, problem, children }: FieldProps): ReactNode {
  const id = useId();
  const described = [hint ? `${id}h` : '', problem ? `${id}p` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
        {required ? ' *' : ''}
      </label>
      {children({ id, describedBy: described || undefined, invalid: !!problem })}
      {hint ? (
        <span className="hint" id={`${id}h`}>
          {hint}
        </span>
      ) : null}
      {problem ? (
        <span className="problem" id={`${id}p`}>
          {problem}
        </span>
      ) : null}
    </div>
  );
}

type TextFieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & {
  label: ReactNode;
  hint?: ReactNode;
  problem?: string | null;
  onChange: (value: string) => void;
  after?: ReactNode;
};

export function TextField({ label, hint, problem, onChange, after, required, className, ...rest }: TextFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} problem={problem ?? null} required={!!required}>
      {({ id, describedBy, invalid }) => (
        <div className="combined">
          <input
            id={id}
            className={`input ${className ?? ''}`}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
            aria-required={required || undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
            {...rest}
          />
          {after}
        </div>
      )}
    </Field>
  );
}

export function Check({ label, checked, onChange }: { label: ReactNode; checked: boolean; onChange: (on: boolean) => void }): ReactNode {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

type Choice<Value extends string> = { value: Value; label: ReactNode; title?: string };

/** One of a few; a radio group in look and behaviour. */
export function Segmented<Value extends string>({ label, value, choices, onChange }: { label: string; value: Value; choices: Choice<Value>[]; onChange: (value: Value) => void }): ReactNode {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {choices.map((choice) => (
        <button key={choice.value} type="button" aria-pressed={choice.value === value} title={choice.title} onClick={() => onChange(choice.value)}>
          {choice.label}
        </button>
      ))}
    </div>
  );
}

export function Select({ label, value, choices, onChange }: { label: string; value: string; choices: { value: string; label: string }[]; onChange: (value: string) => void }): ReactNode {
  return (
    <Field label={label}>
      {({ id }) => (
        <select id={id} className="select" value={value} onChange={(event) => onChange(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Panel({ title, tools, children, className = '', id, foot }: { title: ReactNode; tools?: ReactNode; children: ReactNode; className?: string; id?: string; foot?: ReactNode }): ReactNode {
  const heading = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={heading} id={id} tabIndex={id ? -1 : undefined}>
      <header>
        <h2 id={heading}>{title}</h2>
        {tools}
      </header>
      {children}
      {foot ? <footer>{foot}</footer> : null}
    </section>
  );
}

export type ToneName = 'info' | 'success' | 'warning' | 'danger' | 'neutral';
const NOTICE_GLYPH: Record<ToneName, string> = { info: 'i', success: '✓', warning: '⚠', danger: '✕', neutral: '·' };

export function Notice({ tone, children, inline = false, alert = false }: { tone: ToneName; children: ReactNode; inline?: boolean; alert?: boolean }): ReactNode {
  return (
    <div className={`notice tone-${tone} ${inline ? 'inline' : ''}`} role={alert ? 'alert' : undefined}>
      <span aria-hidden="true">{NOTICE_GLYPH[tone]}</span>
      <div>{children}</div>
    </div>
  );
}

export function Chip({ tone, children, title, className = '' }: { tone?: ToneName; children: ReactNode; title?: string; className?: string }): ReactNode {
  return (
    <span className={`chip ${tone ? `tone-${tone}` : ''} ${className}`} title={title}>
      {children}
    </span>
  );
}

export function Stat({ label, value, sub }: { label: string; value: ReactNode; sub?: ReactNode }): ReactNode {
  return (
    <div className="stat">
      <span className="label">{label}</span>
      <span className="value">{value}</span>
      {sub ? <div className="sub">{sub}</div> : null}
    </div>
  );
}

export function Bar({ label, share, text, tone = 'info' }: { label: string; share: number; text: string; tone?: ToneName }): ReactNode {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-valuetext={text}>
      <span className={`bar-${tone}`} style={{ width: `${percent}%` }} />
    </div>
  );
}

/** Terms and values; rows that are null are left out. */
export function KeyTable({ rows }: { rows: ([string, ReactNode] | null)[] }): ReactNode {
  return (
    <dl className="kv">
      {rows.map((row) =>
        row === null ? null : (
          <div key={row[0]} style={{ display: 'contents' }}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
