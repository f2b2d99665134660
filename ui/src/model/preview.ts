// What of a result may be shown, and how (D-02): text, JSON, a grid of CSV, PNG or JPEG. Nothing that could run is drawn.

export const PREVIEW_BYTES = 256 * 1024;
export const IMAGE_BYTES = 8 * 1024 * 1024;
export const GRID_ROWS = 1_000;

export type PreviewKind = 'json' | 'csv' | 'png' | 'jpeg' | 'text' | 'binary';

const starts = (content: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => content[at] === byte);

/** By content first: a name is only the worker's word. `whole`: the file is not cut. */
export function previewKind(name: string, content: Uint8Array, whole: boolean): PreviewKind {
  if (starts(content, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(content, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (content.includes(0)) return 'binary';
  if (/\.csv$/i.test(name)) return 'csv';
  if (!whole) return 'text';
  const text = new TextDecoder().decode(content).trimStart();
  if (!/^[[{]/.test(text)) return 'text';
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return 'text';
  }
}

/** Rows of a CSV text (RFC 4180), at most `limit`; a quoted cell may hold separators, quotes and line ends. */
export function parseCsv(text: string, limit = GRID_ROWS): { rows: string[][]; more: boolean } {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = '';
  };
  const endRow = (): void => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '"' && text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (character === '"') quoted = false;
      else cell += character;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') endCell();
    else if (character === '\n') {
      endRow();
      if (rows.length >= limit) return { rows, more: at + 1 < text.length };
    } else if (character !== '\r') cell += character;
  }
  if (cell !== '' || row.length > 0) endRow();
  return { rows, more: false };
}
