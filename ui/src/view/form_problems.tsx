// What is wrong with a form, listed at its top as links to the fields. It reads the fields themselves, which carry
// `aria-invalid` and the sentence beside them, so a form needs this one line and no list of its own.
import { t } from '@lingui/core/macro';
import { useEffect, useRef, useState, type ReactNode } from 'react';

type Problem = { id: string; label: string; text: string };

function problemsIn(form: Element): Problem[] {
  return [...form.querySelectorAll<HTMLElement>('[aria-invalid="true"][id]')].map((field) => ({
    id: field.id,
    label: form.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent?.replace(/ \*$/, '') ?? '',
    text: document.getElementById(`${field.id}p`)?.textContent ?? '',
  }));
}

export function FormProblems(): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  useEffect(() => {
    const form = place.current?.closest('form, dialog');
    if (!form) return undefined;
    const look = (): void => {
      const found = problemsIn(form);
      setProblems((old) => (JSON.stringify(old) === JSON.stringify(found) ? old : found));
    };
    look();
    const watch = new MutationObserver(look);
    watch.observe(form, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['aria-invalid'] });
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={place} className="form-problems" hidden={problems.length === 0} role="group" aria-label={t`What is to be mended`}>
      <ul>
        {problems.map(({ id, label, text }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              onClick={(event) => {
                event.preventDefault();
                document.getElementById(id)?.focus();
              }}
            >
              {label}
            </a>{' '}
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
