// What the fixture server finds: the market's rules (web-ui.md §8.4) over the fixture's rows.
const LIMIT = 20;

/** `rows`: deals, tasks, apps, datasets, pools and both sides of the book. */
export function makeSearch({ deals, tasks, resources, orders, height }) {
  const known = [
    ...deals.map((deal) => ({ kind: 'deal', id: deal.id, label: 'deal' })),
    ...tasks.map((task) => ({ kind: 'task', id: task.id, label: 'task' })),
    ...deals.map((deal) => ({ kind: 'transaction', id: deal.tx, label: 'sealed a deal' })),
    ...orders.map((order) => ({ kind: 'order', id: order.hash, label: 'order' })),
    ...resources.map((each) => ({ kind: each.kind, id: each.address, label: each.name })),
    { kind: 'worker', id: `0x${'a1'.padEnd(40, '0')}`, label: 'worker' },
    { kind: 'account', id: deals[0].requester, label: 'account' },
    { kind: 'block', id: '7', hash: `0x${'b10c'.padEnd(64, '0')}`, label: 'block' },
  ];
  const unique = [...new Map(known.map((each) => [each.kind + each.id, each])).values()];
  return (q) => {
    const text = q.toLowerCase();
    const fits = ({ kind, id, hash, label }) => (/^0x/.test(text) ? id.toLowerCase().startsWith(text) || hash === text : ['app', 'dataset', 'workerpool'].includes(kind) && label.toLowerCase().startsWith(text));
    const number = /^\d+$/.test(text) && Number(text) <= height ? [{ kind: 'block', id: text, label: 'block' }] : [];
    return [...number, ...unique.filter(fits)].slice(0, LIMIT).map(({ kind, id, label }) => ({ kind, id, label, chain: 65535 }));
  };
}
