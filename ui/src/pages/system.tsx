// Status and settings (web-ui.md §11).
import { plural, t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useRef, useState, type ReactNode } from 'react';
import { LAYOUT_WORDS } from '../model/words';
import { LANGUAGES, nameOf } from '../texts/language';
import type { Block, Incident, Status } from '../transport/api';
import { curl } from '../model/commands';
import { count, duration } from '../model/format';
import { blockTimes } from '../model/blocks';
import { labelsIn } from '../model/labels';
import { visible } from '../model/text';
import { useApi, useBoot, useList } from '../state/data';
import { labelStore, setSetting, useSettings, type Settings } from '../state/settings';
import { chime } from '../state/sound';
import { clearKept, useStore } from '../state/store';
import { PageHead } from '../view/command';
import { Curve } from '../view/curve';
import { EmptyState, Loaded } from '../view/states';
import { saveFile, Table } from '../view/table';
import { Button, Check, Chip, Copy, KeyTable, Notice, Panel, Segmented, Stat } from '../view/ui';
import { Address, Moment, Untrusted } from '../view/values';
import { SelfTest } from './self_test';

const BLOCKS_SHOWN = 100;
const COSTS: Record<string, string> = { search: t`search`, explain: t`explain`, check: t`check`, export: t`export`, quote: t`quote`, other: t`other` };

/** What the operator says was not well (docs/guides/operator.md). */
function Incidents({ of }: { of: Incident[] }): ReactNode {
  return (
    <Panel title={t`Incidents`}>
      {of.length === 0 ? <EmptyState><Trans>The operator has noted none.</Trans></EmptyState> : (
        <Table caption={t`Incidents`} rows={of} rowKey={(row) => `${row.begun} ${row.text}`} columns={[
          { key: 'begun', head: t`Since`, cell: (row) => <Moment at={row.begun} /> },
          { key: 'ended', head: t`State`, cell: (row) => <Chip tone={row.ended ? undefined : 'warning'}>{row.ended ? t`over after ${{ time: duration(row.ended - row.begun) }}` : t`goes on`}</Chip> },
          { key: 'text', head: t`What`, wrap: true, cell: (row) => <Untrusted text={row.text} limit={1_000} /> },
        ]} />
      )}
    </Panel>
  );
}

/** How long the last blocks came after one another. */
function BlockTimes(): ReactNode {
  const query = useList<Block>('/v1/blocks', { limit: BLOCKS_SHOWN }, { liveMs: 5_000 });
  const points = blockTimes(query.data?.items ?? []);
  if (points.length < 2) return null;
  return <Panel title={t`Seconds between blocks`}><Curve label={t`Seconds before the block`} points={points} name={(number) => t`block ${count(number)}`} /></Panel>;
}

export function StatusPage(): ReactNode {
  const query = useApi<Status>('/v1/status', {}, { liveMs: 3_000 });
  const boot = useBoot();
  return (
    <>
      <PageHead title={t`Status`} command={curl(location.origin, '/v1/status')} />
      <Loaded query={query} rows={6}>
        {(status) => (
          <div className="stack">
            <div className="stats">
              <Stat label={t`Uptime`} value={duration(status.uptimeMs)} />
              <Stat label={t`Index height`} value={count(status.index.height)} sub={t`${count(status.index.lag)} behind`} />
              <Stat label={t`Answers p50`} value={duration(status.latency.p50)} />
              <Stat label={t`p95`} value={duration(status.latency.p95)} />
              <Stat label={t`p99`} value={duration(status.latency.p99)} />
              <Stat label={t`Build`} value={<span className="small">{__BUILD__}</span>} sub={boot.build} />
            </div>
            <Panel title={t`Components`}>
              <Table caption={t`Components`} rows={status.components} rowKey={(row) => row.name} columns={[
                { key: 'name', head: t`Part`, cell: (row) => <Untrusted text={row.name} limit={40} /> },
                { key: 'ok', head: t`State`, cell: (row) => <Chip tone={row.ok ? 'success' : 'danger'}>{row.ok ? t`● well` : `✕ ${visible(row.message ?? t`not well`)}`}</Chip> },
                { key: 'version', head: t`Version`, wrap: true, cell: (row) => <Untrusted text={row.version ?? '—'} limit={40} /> },
                { key: 'latency', head: t`Latency`, right: true, cell: (row) => duration(row.latencyMs) },
              ]} />
            </Panel>
            <Incidents of={status.incidents} />
            <BlockTimes />
            <Panel title={t`Cost of requests`}><KeyTable rows={Object.entries(status.cost).map(([name, cost]) => [COSTS[name] ?? name, plural(Number(cost), { one: 'counts as # request of the limit', other: 'counts as # requests of the limit' })])} /></Panel>
            <SelfTest />
          </div>
        )}
      </Loaded>
    </>
  );
}

type Option<Name extends keyof Settings> = { name: Name; label: string; values: { value: Settings[Name] & string; label: string }[] };
const option = <Name extends keyof Settings>(name: Name, label: string, values: (Settings[Name] & string)[], labels: string[] = values): Option<Name> => ({ name, label, values: values.map((value, at) => ({ value, label: labels[at] ?? value })) });

function Choice<Name extends keyof Settings>({ of }: { of: Option<Name> }): ReactNode {
  const settings = useSettings();
  return <Segmented label={of.label} value={settings[of.name] as Settings[Name] & string} choices={of.values} onChange={(value) => setSetting(of.name, value)} />;
}

/** Its texts are loaded before the application: the page starts again in the language chosen. */
function LanguageChoice(): ReactNode {
  const { language } = useSettings();
  const choices = [{ value: 'auto', label: t`as the browser` }, ...LANGUAGES.map((tag) => ({ value: tag, label: nameOf(tag) }))];
  const choose = (value: string): void => {
    setSetting('language', value);
    location.reload();
  };
  return <Segmented label={t`Language`} value={language} choices={choices} onChange={choose} />;
}

function Labels(): ReactNode {
  const labels = useStore(labelStore);
  const file = useRef<HTMLInputElement>(null);
  const [taken, setTaken] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const forget = (address: string): void => labelStore.set((old) => Object.fromEntries(Object.entries(old).filter(([each]) => each !== address)));
  const take = async (chosen: File | undefined): Promise<void> => {
    try {
      const { labels: read, refused } = labelsIn((await chosen?.text()) ?? '');
      labelStore.set((old) => ({ ...old, ...read }));
      const taken = Object.keys(read).length;
      setTaken(plural(taken, { one: '# label taken over', other: '# labels taken over' }));
      setProblem(refused ? plural(refused, { one: '# line is no address with a text: left out', other: '# lines are no address with a text: left out' }) : null);
    } catch {
      setTaken(null);
      setProblem(t`This is no JSON file of labels: it is {"0x…": "name", …}.`);
    }
    if (file.current) file.current.value = '';
  };
  return (
    <div className="stack" style={{ gap: 6 }}>
    <div className="row">
      <span>{plural(Object.keys(labels).length, { one: '# label', other: '# labels' })}</span>
      <Button look="tiny" onClick={() => saveFile('labels.json', JSON.stringify(labels, null, 2), 'application/json')}><Trans>Export</Trans></Button>
      <Button look="tiny" onClick={() => file.current?.click()}><Trans>Import</Trans></Button>
      <input ref={file} type="file" accept="application/json" hidden aria-label={t`Labels file`} onChange={(event) => void take(event.target.files?.[0])} />
      <span role="status" className="small">{taken}</span>
      {problem ? <span className="tone-danger small" role="alert">{problem}</span> : null}
    </div>
    {Object.keys(labels).length ? <details><summary><Trans>Show them</Trans></summary><ul className="plain-list">{Object.entries(labels).map(([address, label]) => <li key={address} className="row"><Address of={address} /> <Untrusted text={label} limit={40} /> <Button look="tiny" aria-label={t`Forget ${label}`} onClick={() => forget(address)}><Trans>Forget</Trans></Button></li>)}</ul></details> : <span className="small muted"><Trans>A name for an address is written on its page.</Trans></span>}
    </div>
  );
}

function Looks(): ReactNode {
  return (
    <Panel title={t`How it looks`}>
      <KeyTable rows={[
        [t`Language`, <LanguageChoice key="la" />],
        [t`Theme`, <Choice key="t" of={option('theme', t`Theme`, ['light', 'dark', 'system'], [t`light`, t`dark`, t`system`])} />],
        [t`Palette`, <Choice key="p" of={option('palette', t`Palette`, ['default', 'alternative'], [t`red and green`, t`orange and blue`])} />],
        [t`Unit`, <Choice key="u" of={option('unit', t`Unit`, ['nRLC', 'RLC'])} />],
        [t`Deadlines`, <Choice key="d" of={option('deadlines', t`Deadlines`, ['month', 'numeric'], [t`27 Feb 06:05`, '27/02 06:05'])} />],
        [t`Density`, <Choice key="de" of={option('density', t`Density`, ['normal', 'dense'], [t`normal`, t`dense`])} />],
        [t`Motion`, <Choice key="m" of={option('motion', t`Motion`, ['system', 'reduced'], [t`system`, t`reduced`])} />],
        [t`Market layout`, <Choice key="l" of={option('layout', t`Layout`, Object.keys(LAYOUT_WORDS) as Settings['layout'][], Object.values(LAYOUT_WORDS))} />],
      ]} />
    </Panel>
  );
}

/** Everything that this browser keeps, gone after a second thought. */
function Clear(): ReactNode {
  const [sure, setSure] = useState(false);
  const [cleared, setCleared] = useState(false);
  if (cleared) return <Notice tone="success" inline><Trans>Cleared. Reload the page to start afresh.</Trans></Notice>;
  if (!sure) return <Button look="danger" onClick={() => setSure(true)}><Trans>Clear local data</Trans></Button>;
  return (
    <span className="row">
      <span><Trans>Settings, labels, notes, drafts and wallet files of this browser are deleted.</Trans></span>
      <Button look="danger" onClick={() => { clearKept(); setCleared(true); }}><Trans>Delete them</Trans></Button>
      <Button onClick={() => setSure(false)}><Trans>Keep them</Trans></Button>
    </span>
  );
}

function Behaves(): ReactNode {
  const settings = useSettings();
  const boot = useBoot();
  const api = `${location.origin}/v1`;
  const node = new URL(boot.chains[0]?.rpc ?? '/v1/rpc', location.origin).href;
  const ask = (on: boolean): void => {
    setSetting('notifications', on);
    if (on && 'Notification' in window) void Notification.requestPermission();
  };
  const sound = (on: boolean): void => {
    setSetting('sounds', on);
    if (on) chime();
  };
  return (
    <Panel title={t`How it behaves`}>
      <KeyTable rows={[
        [t`Keyboard`, <Check key="k" label={t`Single-letter shortcuts`} checked={settings.letterKeys} onChange={(on) => setSetting('letterKeys', on)} />],
        [t`Screen reader`, <Check key="s" label={t`Speak best prices every 15 seconds`} checked={settings.spokenBook} onChange={(on) => setSetting('spokenBook', on)} />],
        [t`Notifications`, <Check key="n" label={t`Tell me in the browser when my deals change`} checked={settings.notifications} onChange={ask} />],
        [t`Sounds`, <Check key="so" label={t`A short chime with each notice`} checked={settings.sounds} onChange={sound} />],
        [t`Labels`, <Labels key="l" />],
        [t`Endpoints`, <span key="e" className="stack" style={{ gap: 4 }}><span className="always"><Trans>Market <code>{api}</code></Trans> <Copy text={api} kind={t`address`} /></span><span className="always"><Trans>Node <code>{node}</code></Trans> <Copy text={node} kind={t`address`} /></span></span>],
        [t`Local data`, <Clear key="c" />],
      ]} />
    </Panel>
  );
}

export function SettingsPage(): ReactNode {
  return (
    <>
      <PageHead title={t`Settings`} lead={t`Kept in this browser only.`} command={curl(location.origin, '/v1/boot')} />
      <div className="stack choices">
        <Looks />
        <Behaves />
      </div>
    </>
  );
}
