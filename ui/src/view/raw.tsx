// Answers as they came, for those who check (E-27).
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { visible } from '../model/text';
import { Copy, Panel } from './ui';

export function RawPanel({ title, value }: { title: string; value: unknown }): ReactNode {
  const text = JSON.stringify(value, null, 2);
  return (
    <Panel title={title} tools={<span className="always"><Copy text={text} kind={t`JSON`} always /></span>}>
      <pre className="command-box" style={{ maxHeight: 480, margin: 12 }} tabIndex={0}>{visible(text)}</pre>
    </Panel>
  );
}
