// Status and settings (web-ui.md §11).
import { useRef, useState, type ReactNode } from 'react';
import type { Status } from '../transport/api';
import { curl } from '../model/commands';
import { count, duration } from '../model/format';
import { isAddress } from '../model/domain';
import { useApi, useBoot } from '../state/data';
import { labelStore, setSetting, useSettings, type Settings } from '../state/settings';
import { clearKept, useStore } from '../state/store';
import { PageHead } from '../view/command';
import { Loaded } from '../view/states';
import { saveFile, Table } from '../view/table';
import { Button, Check, Chip, KeyTable, Notice, Panel, Segmented, Stat } from '../view/ui';
import { api, rpc } from '../transport/http';

function SelfTest(): ReactNode {
  const [lines, setLines] = useState<string[]>([]);
  const run = async (): Promise<void> => {
    setLines([]);
    const step = async (name: string, act: () => Promise<unknown>): Promise<void> => {
      const started = performance.now();
      try {
        await act();
        setLines((old) => [...old, `✓ ${name} (${duration(performance.now() - started)})`]);
      } catch (error) {
        setLines((old) => [...old, `✕ ${name}: ${(error as Error).message}`]);
      }
    };
    await step('market answers', () => api('/v1/boot'));
    await step('node answers through the market', () => rpc('eth_blockNumber', []));
    await step('book is served', () => api('/v1/book?category=0'));
    await step('index is served', () => api('/v1/stats'));
  };
  return (
    <Panel title="Self-test" tools={<Button look="tiny" onClick={() => void run()}>Run</Button>}>
      <div className="body" role="status">{lines.length === 0 ? <span className="muted">Asks each part once from this page.</span> : lines.map((line, at) => <div key={at}>{line}</div>)}</div>
    </Panel>
  );
}

export function StatusPage(): ReactNode {
  const query = useApi<Status>('/v1/status', {}, { liveMs: 3_000 });
  const boot = useBoot();
  return (
    <>
      <PageHead title="Status" command={curl(location.origin, '/v1/status')} />
      <Loaded query={query} rows={6}>
        {(status) => (
          <div className="stack">
            <div className="stats">
              <Stat label="Uptime" value={duration(status.uptimeMs)} />
              <Stat label="Index height" value={count(status.index.height)} sub={`${count(status.index.lag)} behind`} />
              <Stat label="Answers p50" value={duration(status.latency.p50)} />
              <Stat label="p95" value={duration(status.latency.p95)} />
              <Stat label="p99" value={duration(status.latency.p99)} />
              <Stat label="Build" value={<span className="small">{__BUILD__}</span>} sub={boot.build} />
            </div>
            <Panel title="Components">
              <Table caption="Components" rows={status.components} rowKey={(row) => row.name} columns={[
                { key: 'name', head: 'Part', cell: (row) => row.name },
                { key: 'ok', head: 'State', cell: (row) => <Chip tone={row.ok ? 'success' : 'danger'}>{row.ok ? '● well' : `✕ ${row.message ?? 'not well'}`}</Chip> },
                { key: 'version', head: 'Version', cell: (row) => row.version ?? '—' },
                { key: 'latency', head: 'Latency', right: true, cell: (row) => duration(row.latencyMs) },
              ]} />
            </Panel>
            <Panel title="Cost of requests"><KeyTable rows={Object.entries(status.cost).map(([name, cost]) => [name, `counts as ${cost}`])} /></Panel>
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

function Labels(): ReactNode {
  const labels = useStore(labelStore);
  const file = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (chosen: File | undefined): Promise<void> => {
    try {
      const value = JSON.parse((await chosen?.text()) ?? '{}') as Record<string, unknown>;
      const good = Object.fromEntries(Object.entries(value).filter(([address, label]) => isAddress(address) && typeof label === 'string').map(([address, label]) => [address.toLowerCase(), String(label).slice(0, 40)]));
      labelStore.set((old) => ({ ...old, ...good }));
      setProblem(null);
    } catch {
      setProblem('This is no JSON file of labels.');
    }
  };
  return (
    <div className="row">
      <span>{count(Object.keys(labels).length)} labels</span>
      <Button look="tiny" onClick={() => saveFile('labels.json', JSON.stringify(labels, null, 2), 'application/json')}>Export</Button>
      <Button look="tiny" onClick={() => file.current?.click()}>Import</Button>
      <input ref={file} type="file" accept="application/json" hidden aria-label="Labels file" onChange={(event) => void take(event.target.files?.[0])} />
      {problem ? <span className="tone-danger small">{problem}</span> : null}
    </div>
  );
}

export function SettingsPage(): ReactNode {
  const settings = useSettings();
  const boot = useBoot();
  const [cleared, setCleared] = useState(false);
  const ask = (on: boolean): void => {
    setSetting('notifications', on);
    if (on && 'Notification' in window) void Notification.requestPermission();
  };
  return (
    <>
      <PageHead title="Settings" lead="Kept in this browser only." command={curl(location.origin, '/v1/boot')} />
      <Panel title="How it looks">
        <KeyTable rows={[
          ['Theme', <Choice key="t" of={option('theme', 'Theme', ['light', 'dark', 'system'])} />],
          ['Palette', <Choice key="p" of={option('palette', 'Palette', ['default', 'alternative'], ['red and green', 'orange and blue'])} />],
          ['Unit', <Choice key="u" of={option('unit', 'Unit', ['nRLC', 'RLC'])} />],
          ['Deadlines', <Choice key="d" of={option('deadlines', 'Deadlines', ['month', 'numeric'], ['27 Feb 06:05', '27/02 06:05'])} />],
          ['Density', <Choice key="de" of={option('density', 'Density', ['normal', 'dense'])} />],
          ['Motion', <Choice key="m" of={option('motion', 'Motion', ['system', 'reduced'])} />],
          ['Market layout', <Choice key="l" of={option('layout', 'Layout', ['standard', 'book-left', 'ticket-left', 'compact'])} />],
        ]} />
      </Panel>
      <div style={{ height: 12 }} />
      <Panel title="How it behaves">
        <KeyTable rows={[
          ['Keyboard', <Check key="k" label="Single-letter shortcuts" checked={settings.letterKeys} onChange={(on) => setSetting('letterKeys', on)} />],
          ['Screen reader', <Check key="s" label="Speak best prices every 15 seconds" checked={settings.spokenBook} onChange={(on) => setSetting('spokenBook', on)} />],
          ['Notifications', <Check key="n" label="Tell me in the browser when my deals change" checked={settings.notifications} onChange={ask} />],
          ['Labels', <Labels key="l" />],
          ['Endpoints', <span key="e"><code>{location.origin}/v1</code>, RPC <code>{new URL(boot.chains[0]?.rpc ?? '/v1/rpc', location.origin).href}</code></span>],
          ['Local data', <span key="c" className="row"><Button look="danger" onClick={() => { clearKept(); setCleared(true); }}>Clear local data</Button>{cleared ? <Notice tone="success" inline>Cleared. Reload the page to start afresh.</Notice> : null}</span>],
        ]} />
      </Panel>
    </>
  );
}
