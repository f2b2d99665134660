// Export of the rows of a table as CSV or JSON (M-45).
import { t } from '@lingui/core/macro';
import type { ReactNode } from 'react';
import { csv } from '../../model/text';
import { Button } from '../../view/ui';
import { Menu } from '../../view/overlays';
import { saveFile } from '../../view/table';

/** Name of a member, stable for programs that read the file, and its value. */
export type Exported<Row> = [string, (row: Row) => unknown];

export function Export<Row>({ name, what, rows, columns }: { name: string; what: string; rows: Row[]; columns: Exported<Row>[] }): ReactNode {
  const save = (kind: 'csv' | 'json'): void => {
    if (kind === 'csv') saveFile(`${name}.csv`, csv(columns.map(([head]) => head), rows.map((row) => columns.map(([, value]) => value(row)))), 'text/csv;charset=utf-8');
    else saveFile(`${name}.json`, JSON.stringify(rows.map((row) => Object.fromEntries(columns.map(([head, value]) => [head, value(row) ?? null]))), null, 1), 'application/json');
  };
  if (rows.length === 0) return <Button look="tiny" aria-label={t`Save the ${what} as a file`} why={t`There are no rows to export.`}>⋯</Button>;
  return (
    <Menu trigger={<Button look="tiny" aria-label={t`Save the ${what} as a file`}>⋯</Button>} items={[{ label: t`Save CSV`, onSelect: () => save('csv') }, { label: t`Save JSON`, onSelect: () => save('json') }]} />
  );
}
