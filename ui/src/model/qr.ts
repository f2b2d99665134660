// A QR code as one path of squares; the library finds version and mask.
import encodeQR from 'qr';

/** Most bytes of a code of the lowest correction that a phone still reads from a screen. */
export const QR_BYTES = 1_800;

export type QrCode = { size: number; path: string };

/** Null where the text is too long for one code. */
export function qrOf(text: string): QrCode | null {
  if (new TextEncoder().encode(text).length > QR_BYTES) return null;
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: 2 });
  const parts: string[] = [];
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      parts.push(`M${from} ${y}h${x - from + 1}v1H${from}z`);
    }
  });
  return { size: rows.length, path: parts.join('') };
}
