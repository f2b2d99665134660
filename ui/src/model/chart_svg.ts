// A price chart as an SVG text, for export: the picture says itself what it shows and of when (C-08).
import type { Candle } from '../transport/api';
import { stepPoints, type Kind } from './chart';

export type Picture = {
  candles: Candle[];
  kind: Kind;
  sizeMs: number;
  /** Right end of the time axis. */
  to: number;
  axis: { from: number; to: number; ticks: number[] };
  log: boolean;
  title: string;
  /** Commodity, chain, height and UTC time. */
  about: string;
  colours: { page: string; text: string; muted: string; line: string; price: string; up: string; down: string };
};

const WIDTH = 960;
const HEIGHT = 480;
const BOX = { left: 16, right: 64, top: 44, bottom: 108, volume: 44 };
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
const round = (value: number): string => String(Math.round(value * 10) / 10);
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

type Scale = { x: (time: number) => number; y: (price: number) => number };

function scaleOf({ candles, axis, log, to, sizeMs }: Picture): Scale {
  const from = candles[0]?.time ?? to - sizeMs;
  const last = candles[candles.length - 1]?.time ?? from;
  const span = Math.max(to, last + sizeMs) - from;
  const height = HEIGHT - BOX.top - BOX.bottom;
  const share = (price: number): number => {
    if (!log) return (price - axis.from) / (axis.to - axis.from);
    return (Math.log(Math.max(price, axis.from)) - Math.log(axis.from)) / (Math.log(axis.to) - Math.log(axis.from));
  };
  return {
    x: (time) => BOX.left + ((time - from) / span) * (WIDTH - BOX.left - BOX.right),
    y: (price) => BOX.top + (1 - share(price)) * height,
  };
}

function lineOf({ candles, sizeMs, to }: Picture, { x, y }: Scale): string {
  let path = '';
  let pen = false;
  for (const point of stepPoints(candles, sizeMs, to)) {
    path += pen ? `H${round(x(point.time))}${point.hidden ? '' : `V${round(y(point.value))}`}` : point.hidden ? '' : `M${round(x(point.time))} ${round(y(point.value))}`;
    pen = !point.hidden;
  }
  return path;
}

function candleOf(candle: Candle, { kind, sizeMs, colours }: Picture, { x, y }: Scale): string {
  const rising = BigInt(candle.close) >= BigInt(candle.open);
  const colour = rising ? colours.up : colours.down;
  const middle = x(candle.time + sizeMs / 2);
  const half = Math.max(1, (x(candle.time + sizeMs) - x(candle.time)) * 0.35);
  const wick = `<path d="M${round(middle)} ${round(y(Number(candle.high)))}V${round(y(Number(candle.low)))}" stroke="${colour}"/>`;
  const open = y(Number(candle.open));
  const close = y(Number(candle.close));
  if (kind === 'bars') return `${wick}<path d="M${round(middle - half)} ${round(open)}H${round(middle)}M${round(middle)} ${round(close)}H${round(middle + half)}" stroke="${colour}"/>`;
  // Falling candles are full, rising ones hollow: the difference is not one of colour alone.
  return `${wick}<rect x="${round(middle - half)}" y="${round(Math.min(open, close))}" width="${round(half * 2)}" height="${round(Math.max(1, Math.abs(open - close)))}" stroke="${colour}" fill="${rising ? colours.page : colour}"/>`;
}

function volumesOf({ candles, sizeMs, colours }: Picture, { x }: Scale): string {
  const most = candles.reduce((top, candle) => Math.max(top, candle.volume), 1);
  const base = HEIGHT - BOX.bottom + 12 + BOX.volume;
  return candles
    .map((candle) => {
      const height = (candle.volume / most) * BOX.volume;
      return `<rect x="${round(x(candle.time))}" y="${round(base - height)}" width="${round(Math.max(1, x(candle.time + sizeMs) - x(candle.time) - 1))}" height="${round(height)}" fill="${colours.muted}" fill-opacity="0.5"/>`;
    })
    .join('');
}

/** Complete and self-contained: no style sheet, no font of its own, nothing to fetch. */
export function chartSvg(picture: Picture): string {
  const { candles, kind, axis, title, about, colours, to } = picture;
  const scale = scaleOf(picture);
  const right = WIDTH - BOX.right;
  const grid = axis.ticks.map((tick) => `<path d="M${BOX.left} ${round(scale.y(tick))}H${right}" stroke="${colours.line}"/><text x="${right + 8}" y="${round(scale.y(tick) + 4)}" fill="${colours.muted}">${tick}</text>`).join('');
  const from = candles[0]?.time ?? to;
  const ends = `<text x="${BOX.left}" y="${HEIGHT - 28}" fill="${colours.muted}">${utc(from)} UTC</text><text x="${right}" y="${HEIGHT - 28}" text-anchor="end" fill="${colours.muted}">${utc(to)} UTC</text>`;
  const price = kind === 'line' ? `<path d="${lineOf(picture, scale)}" fill="none" stroke="${colours.price}" stroke-width="2"/>` : candles.map((candle) => candleOf(candle, picture, scale)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img"><title>${escape(`${title}. ${about}`)}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="${colours.page}"/><text x="${BOX.left}" y="26" font-size="16" font-weight="600" fill="${colours.text}">${escape(title)}</text>${grid}${price}${volumesOf(picture, scale)}${ends}<text x="${BOX.left}" y="${HEIGHT - 10}" fill="${colours.muted}">${escape(about)}</text></svg>`;
}
