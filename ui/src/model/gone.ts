// Rows that left a list, shown for a while where they were.

export type Gone<Row> = { row: Row; at: number };

/** `items` with the rows that left in their old places, each once. */
export function withGone<Row>(items: Row[], left: Gone<Row>[], keyOf: (row: Row) => string): Row[] {
  const keys = new Set(items.map(keyOf));
  const rows = items.slice();
  for (const { row, at } of left.slice().sort((a, b) => a.at - b.at)) {
    if (keys.has(keyOf(row))) continue;
    keys.add(keyOf(row));
    rows.splice(Math.min(at, rows.length), 0, row);
  }
  return rows;
}
