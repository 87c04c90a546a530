/** The days of a year that are not what their weekday says, as somebody enters them. Pure. */

import { addDays, datesOf, weekdayOf } from './local';
import type { DayType } from './roster';

export interface Year {
  year: number;
  /** Days off, weekends within a holiday included. */
  off: string[];
  /** Weekend days that are worked. */
  worked: string[];
  /** Days of special times, whatever they are else. */
  special: string[];
}

/** Marks that somebody puts on a day. A day that is both special and off keeps both. */
export type Mark = 'off' | 'worked' | 'special';
export const MARKS = ['off', 'worked', 'special'] as const;

export function blankYear(year: number): Year {
  return { year, off: [], worked: [], special: [] };
}

/** Returns the year with a mark put on a day, or taken off it. Off and worked exclude each other; a workday needs no mark to be worked. */
export function marked(year: Year, date: string, mark: Mark): Year {
  if (mark === 'worked' && !isWeekend(date)) return year;
  const isOn = year[mark].includes(date);
  const without = { ...year, [mark]: year[mark].filter((one) => one !== date) };
  if (isOn) return without;
  const rest = mark === 'off' ? { ...without, worked: drop(year.worked, date) } : mark === 'worked' ? { ...without, off: drop(year.off, date) } : without;
  return { ...rest, [mark]: [...rest[mark], date].sort() };
}

/** Returns the year with the next mark in turn on a day: nothing, off, worked where it is a weekend, special, nothing. */
export function cycled(year: Year, date: string): Year {
  const turn: readonly (Mark | undefined)[] = isWeekend(date) ? [undefined, 'off', 'worked', 'special'] : [undefined, 'off', 'special'];
  const now = MARKS.find((mark) => year[mark].includes(date));
  const next = turn[(turn.indexOf(now) + 1) % turn.length];
  const bare: Year = { year: year.year, off: drop(year.off, date), worked: drop(year.worked, date), special: drop(year.special, date) };
  return next === undefined ? bare : marked(bare, date, next);
}

/** Tells whether two years say the same. */
export function isSameYear(a: Year, b: Year): boolean {
  return MARKS.every((mark) => [...a[mark]].sort().join() === [...b[mark]].sort().join());
}

/** Returns what a day is, as the server reads it. */
export function dayTypeOf(year: Year, date: string): DayType {
  if (year.special.includes(date)) return 'special';
  if (year.off.includes(date)) return 'holiday';
  if (year.worked.includes(date)) return 'makeup_workday';
  return isWeekend(date) ? 'weekend' : 'workday';
}

/** Returns the weeks of a month from Monday on; days of other months are missing. */
export function weeksOf(month: string): (string | undefined)[][] {
  const first = `${month}-01`;
  const days = datesOf(first, addDays(first, 30)).filter((date) => date.startsWith(month));
  const padded: (string | undefined)[] = [...Array.from({ length: weekdayOf(first) }, () => undefined), ...days];
  return Array.from({ length: Math.ceil(padded.length / 7) }, (_, n) => Array.from({ length: 7 }, (_none, day) => padded[n * 7 + day]));
}

export function isWeekend(date: string): boolean {
  return weekdayOf(date) >= 5;
}

function drop(dates: readonly string[], date: string): string[] {
  return dates.filter((one) => one !== date);
}
