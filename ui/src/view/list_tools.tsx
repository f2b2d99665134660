// Tools over a long list (§8.2): which columns, how dense, from which day on, and what is done with the chosen rows.
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { useHidden } from '../state/columns';
import { setSetting, useSettings } from '../state/settings';
import { Popover } from './overlays';
import { CsvButton, type Column } from './table';
import { Button, Check, Segmented } from './ui';

/** The first column stays: it says which row it is. */
export function ColumnChooser<Row>({ list, columns, hidden: byDefault = [] }: { list: string; columns: Column<Row>[]; hidden?: string[] }): ReactNode {
  const { hidden, toggle, reset } = useHidden(list, byDefault);
  const { density } = useSettings();
  return (
    <Popover label={t`Columns`} trigger={<Button look="tiny">{hidden.length ? t`Columns (${{ shown: columns.length - hidden.length }} of ${{ all: columns.length }})` : t`Columns`}</Button>}>
      <div className="stack" style={{ gap: 4 }}>
        {columns.slice(1).map((column) => <Check key={column.key} label={column.head} checked={!hidden.includes(column.key)} onChange={() => toggle(column.key)} />)}
        {hidden.length ? <Button look="tiny" onClick={reset}><Trans>Show all columns</Trans></Button> : null}
        <span className="label"><Trans>Density</Trans></span>
        <Segmented label={t`Density`} value={density} choices={[{ value: 'normal', label: t`normal` }, { value: 'dense', label: t`dense` }]} onChange={(value) => setSetting('density', value)} />
      </div>
    </Popover>
  );
}

/** The chosen rows as a file of their own. */
export function ChosenRows<Row>({ list, columns, rows, onClear }: { list: string; columns: Column<Row>[]; rows: Row[]; onClear: () => void }): ReactNode {
  if (rows.length === 0) return null;
  return (
    <div className="row small" role="status">
      <strong>{plural(rows.length, { one: '# row chosen', other: '# rows chosen' })}</strong>
      <CsvButton name={`${list}-chosen`} columns={columns} rows={rows} />
      <Button look="tiny" onClick={onClear}><Trans>Choose none</Trans></Button>
    </div>
  );
}
