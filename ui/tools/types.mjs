// Writes src/transport/api.ts from docs/reference/openapi.json, so that the page's types are the server's own description.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../../docs/reference/openapi.json', import.meta.url);
const target = new URL('../src/transport/api.ts', import.meta.url);

// Members that the description leaves as free objects (its examples and texts say what is in them).
const REFINED = {
  'AccountDetail.locks': '{ deal: string; task: string | null; role: string; amount: string; until: number | null }[]',
  'AccountDetail.granted': 'Grant[]',
  'Book.asks': '(BookRow | BookLevel)[]',
  'Book.bids': '(BookRow | BookLevel)[]',
  'Boot.chains': '{ id: number; name: string; rpc: string; dev: boolean; url: string | null }[]',
  'Boot.challengeDomain': '{ name: string; version: string; chainId: number }',
  'Boot.contracts': 'Record<string, string>',
  'Boot.devAccounts': '{ name: string; address: string; key: string }[]',
  'Boot.domain': '{ name: string; version: string; chainId: number; verifyingContract: string }',
  'Boot.features': 'Record<string, boolean>',
  'Boot.limits': 'Record<string, number>',
  'Boot.links': '{ documentation: string | null; source: string | null }',
  'Boot.tags': 'Record<string, string>',
  'Boot.types': 'Record<string, { name: string; type: string }[]>',
  'Challenge.typedData':
    '{ domain: Record<string, unknown>; types: Record<string, { name: string; type: string }[]>; primaryType: string; message: Record<string, unknown> }',
  'Check.cost': 'Record<string, string | null>',
  'CheckItem.fix': 'Fix',
  'Reason.fix': 'Fix',
  'Deal.orders': '{ app: string; dataset: string | null; workerpool: string; request: string }',
  // The page also reckons with a market that does not measure.
  'Earning.cpuSeconds': 'number | null',
  'Faucet.queue': '{ position: number; length: number }',
  'List.apps': '{ address: string; note: string; name: string }[]',
  'OpsTask.replicates': 'Record<string, unknown>[]',
  'Order.order': 'Record<string, string>',
  'OrderDetail.order': 'Record<string, string>',
  'OrderPlace.funds': '{ free: string; needed: string; tasks: number }',
  'Overview.series': '{ time: number; queued: number; running: number; completed: number; failed: number }[]',
  'Overview.software': '{ name: string; count: number }[]',
  'Overview.faults': "{ cause: string; payer: 'worker' | 'requester' | 'pool' | 'nobody'; count: number }[]",
  'Overview.health': '{ diskFree: number; diskTotal: number; memory: number; store: boolean | null; version: string; clockOffsetMs: number | null }',
  'Overview.risk': '{ task: string; timeLeftMs: number; neededMs: number }[]',
  'Overview.stages': '{ stage: string; p50: number; p95: number; p99: number; tasks: number }[]',
  'Overview.wasted': '{ replicas: number; unrewarded: number; share: number; reasons: { cause: string; count: number }[] }',
  'Resource.lists': '{ id: string; name: string; curator: string }[]',
  'ResourceDetail.owners': '{ owner: string; block: number; time: number; tx: string }[]',
  'ResourceDetail.policies': '{ stakeRatio: number; schedulerShare: number; block: number; time: number; tx: string }[]',
  'ResourceDetail.usedBy': '{ address: string; name: string; deals: number; runs: number }[]',
  'Stats.medians': '{ category: number; price: string | null; spark: (string | null)[] }[]',
  'Status.cost': 'Record<string, number>',
  'Status.index': 'Record<string, number>',
  'Status.latency': 'Record<string, number>',
  'TransactionDetail.arguments': '{ name: string; value: unknown }[]',
  'TransactionDetail.events':
    '{ name: string; address: string; logIndex: number; fields: Record<string, unknown>; topics: string[]; data: string }[]',
};

function typeOf(schema, name) {
  const nullable = schema.nullable ? ' | null' : '';
  if (REFINED[name]) return REFINED[name] + nullable;
  if (schema.$ref) return schema.$ref.split('/').pop() + nullable;
  if (schema.allOf) return schema.allOf.map((part) => typeOf(part, '')).join(' & ') + nullable;
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ') + nullable;
  if (schema.type === 'array') {
    const item = typeOf(schema.items, '');
    return (/[|&]/.test(item) ? `(${item})[]` : `${item}[]`) + nullable;
  }
  if (schema.type === 'integer' || schema.type === 'number') return 'number' + nullable;
  if (schema.type === 'object') return 'Record<string, unknown>' + nullable;
  return (schema.type ?? 'unknown') + nullable;
}

const { components } = JSON.parse(readFileSync(source, 'utf8'));
const lines = [
  '// Made by tools/types.mjs from docs/reference/openapi.json; run `npm run api` after the description changed.',
  '// Amounts are decimal texts in nRLC, times unix milliseconds.',
  '',
  'export type Fix = { action: string; order: string; field: string; value: string; text: string };',
  'export type Page<Row> = Envelope & { items: Row[]; next: string | null; total: number; asOf: number };',
  '',
];
for (const [name, schema] of Object.entries(components.schemas)) {
  if (schema.description) lines.push(`/** ${schema.description} */`);
  lines.push(`export type ${name} = {`);
  for (const [member, part] of Object.entries(schema.properties ?? {}))
    lines.push(`  ${member}: ${typeOf(part, `${name}.${member}`)};`);
  lines.push('};', '');
}
writeFileSync(target, lines.join('\n'));
