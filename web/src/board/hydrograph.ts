/** A hydrograph as lines on a sheet: where its readings and its levels lie. Pure. */

import type { Level, Point } from './gauge';

export interface Sheet {
  width: number;
  height: number;
}

export interface Hydrograph {
  /** Of an SVG path; empty for fewer than two readings. */
  line: string;
  /** Rain, from the bottom up. */
  bars: { x: number; y: number; width: number; height: number }[];
  levels: { mark: Level['mark']; level_m: number; y: number }[];
  /** The last reading. */
  end: { x: number; y: number } | undefined;
  /** What the sheet shows from bottom to top: metres, or millimetres. */
  low: number;
  high: number;
  from: number;
  to: number;
}

/** Readings farther apart are not joined: what was between them is not known. */
const GAP_MS = 2 * 3_600_000;
/** The least that a sheet shows from bottom to top, so that a still river is no mountain. */
const LEAST_M = 0.5;
const LEAST_MM = 5;
/** Levels that lie farther above the water than so many times its own range are not on the sheet. */
const REACH = 2;

/** Draws readings of the span `from` to `to`, in milliseconds. */
export function hydrograph(points: readonly Point[], levels: readonly Level[], from: number, to: number, sheet: Sheet): Hydrograph {
  const within = points.map((point) => ({ ...point, ms: Date.parse(point.at) })).filter(({ ms }) => ms >= from && ms <= to);
  const x = (ms: number): number => ((ms - from) / Math.max(1, to - from)) * sheet.width;
  if (within.some((point) => point.rain_mm !== undefined)) return rain(within, from, to, sheet, x);
  const water = within.flatMap(({ ms, level_m }) => (level_m === undefined ? [] : [{ ms, level_m }]));
  const { low, high } = range(water.map((point) => point.level_m), levels);
  const y = (metres: number): number => sheet.height * (1 - (metres - low) / (high - low));
  let line = '';
  water.forEach((point, index) => {
    const before = water[index - 1];
    const isJoined = before !== undefined && point.ms - before.ms <= GAP_MS;
    line += `${isJoined ? 'L' : 'M'}${round(x(point.ms))} ${round(y(point.level_m))}`;
  });
  const last = water[water.length - 1];
  return {
    line: water.length < 2 ? '' : line, bars: [], low, high, from, to,
    levels: levels.filter(({ level_m }) => level_m >= low && level_m <= high).map((level) => ({ ...level, y: round(y(level.level_m)) })),
    end: last && { x: round(x(last.ms)), y: round(y(last.level_m)) },
  };
}

function rain(
  points: readonly { ms: number; rain_mm?: number; over_s?: number }[], from: number, to: number, sheet: Sheet, x: (ms: number) => number,
): Hydrograph {
  const fallen = points.flatMap(({ ms, rain_mm, over_s }) => (rain_mm === undefined ? [] : [{ ms, mm: rain_mm, ms_long: (over_s ?? 300) * 1_000 }]));
  const high = Math.max(LEAST_MM, ...fallen.map((one) => one.mm));
  const bars = fallen.filter((one) => one.mm > 0).map(({ ms, mm, ms_long }) => {
    const left = Math.max(0, x(ms - ms_long));
    const height = (mm / high) * sheet.height;
    return { x: round(left), y: round(sheet.height - height), width: round(Math.max(1, x(ms) - left)), height: round(height) };
  });
  return { line: '', bars, levels: [], end: undefined, low: 0, high, from, to };
}

/** Returns what is shown: the water, and of the levels those that it has reached or comes near to. */
function range(water: readonly number[], levels: readonly Level[]): { low: number; high: number } {
  let [low, high] = [Math.min(...water), Math.max(...water)];
  if (water.length === 0) [low, high] = [levels[0]?.level_m ?? 0, levels[0]?.level_m ?? 1];
  const reach = Math.max(LEAST_M, high - low) * REACH;
  const near = levels.map((level) => level.level_m).filter((metres) => metres >= low && metres <= high + reach);
  const next = levels.find((level) => level.level_m > high)?.level_m;
  const top = Math.max(high, ...near, ...(next !== undefined && water.length > 0 && next - high <= reach ? [next] : []));
  const missing = Math.max(0, LEAST_M - (top - low));
  const room = (top - low + missing) * 0.08;
  return { low: low - missing / 2 - room, high: top + missing / 2 + room };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
