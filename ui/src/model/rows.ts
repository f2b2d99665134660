// Rows of a table that lie in the page: sorted by what their columns export.

type Sortable<Row> = { sort?: string; value?: (row: Row) => unknown };

const isWhole = (value: unknown): value is string => typeof value === 'string' && /^-?\d+$/.test(value);

function compare(a: unknown, b: unknown): number {
  if (isWhole(a) && isWhole(b)) {
    const left = BigInt(a);
    const right = BigInt(b);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

/** `sort`: the name of a column, with a minus for the largest first. Rows without a value come last. */
export function sortRows<Row>(rows: Row[], columns: Sortable<Row>[], sort: string | undefined): Row[] {
  const down = sort?.startsWith('-') ?? false;
  const value = columns.find((column) => column.sort !== undefined && column.sort === sort?.replace(/^-/, ''))?.value;
  if (!value) return rows;
  return rows.slice().sort((left, right) => {
    const a = value(left);
    const b = value(right);
    const none = Number(a === null || a === undefined) - Number(b === null || b === undefined);
    if (none !== 0 || a === null || a === undefined) return none;
    return down ? compare(b, a) : compare(a, b);
  });
}
