/** One day's duty on one sheet of paper: an area's own posts with hours and numbers, then the areas below it in columns. Pure. */

import { rollupArea } from './area';
import { monthOf } from './local';
import type { Duty, DutyGap, DutyItem, Named } from './protocol';
import { sheetOf, type Cell, type DayType, type PostPlace, type Tables } from './roster';

export interface DayPerson extends Named {
  /** Empty where it is not known. */
  title: string;
  /** As the server gives it to whoever prints; empty where there is none. */
  phone: string;
}

/** Who holds a post from when to when; nobody in a gap. */
export interface DayPart {
  from: number;
  to: number;
  people: DayPerson[];
  isSubstitute: boolean;
}

export interface DayPost {
  place: PostPlace;
  /** It is held for good, not by hours. */
  isLasting: boolean;
  parts: DayPart[];
}

/** Who holds a post of an area below, and from when where they change on the day; nobody in a gap. */
export interface BelowPart {
  hours: { from: number; to: number } | undefined;
  people: { name: string; phone: string }[];
}

/** The duties of the areas below: a row an area, a column a duty. */
export interface Below {
  duties: { duty: string; name: string }[];
  areas: { area: string; name: string; cells: BelowPart[][] }[];
}

export interface DaySheet {
  date: string;
  dayType: DayType;
  /** The holidays of its year have not been entered. */
  isGuessed: boolean;
  posts: DayPost[];
  below: Below;
}

/** Whoever decides stands first, then who answers, then who stands by; other duties follow as the server lists them. */
const ORDER: readonly string[] = ['lead_officer', 'duty_officer', 'standby'];
/** More changes on one day are asked for no further. */
const MOMENTS_MAX = 6;

/** Returns when people come on duty on a day: who they are and how they are reached is asked for at each. */
export function momentsOf(tables: Tables, date: string): number[] {
  const starts = cellsOf(tables, date).flatMap(({ cell, isLasting }) => (isLasting ? [] : cell.parts.map(({ from }) => from)));
  const [begin] = tables.days.filter((day) => day.date === date).map(({ from }) => Date.parse(from));
  const all = [...new Set(starts)].sort((a, b) => a - b);
  return all.length > 0 ? all.slice(0, MOMENTS_MAX) : begin === undefined ? [] : [begin];
}

/** Returns when an area below changes hands on a day at an hour that nobody has asked for yet. */
export function nextMoment(tables: Tables, date: string, area: string, duties: readonly Duty[]): number | undefined {
  if (duties.length >= MOMENTS_MAX) return undefined;
  const asked = new Set(duties.map(({ at }) => Date.parse(at)));
  const ends = cellsOf(tables, date).flatMap(({ cell, isLasting }) => (isLasting ? [] : [cell.to]));
  const [, next] = tables.days.filter((day) => day.date >= date);
  const end = Math.max(...ends, ends.length > 0 || next === undefined ? 0 : Date.parse(next.from));
  const changes = heldBelow(area, duties).flatMap(({ to }) => (typeof to === 'string' ? [Date.parse(to)] : []));
  return changes.filter((at) => at < end && !asked.has(at)).sort((a, b) => a - b)[0];
}

/** Returns a day's sheet from an area's tables and who is on duty there and below at each moment; nothing where there is no such day. */
export function daySheetOf(tables: Tables, date: string, area: string, duties: readonly Duty[], titles: ReadonlyMap<string, string>): DaySheet | undefined {
  const day = tables.days.find((one) => one.date === date);
  if (day === undefined) return undefined;
  const items = duties.flatMap((duty) => duty.items);
  const phones = new Map(items.flatMap(({ person, phone }) => (phone === undefined || phone === null ? [] : [[person, phone] as const])));
  const known = ({ id, name }: Named): DayPerson => ({ id, name, title: titles.get(id) ?? '', phone: phones.get(id) ?? '' });
  const posts = cellsOf(tables, date).map(({ place, cell, isLasting }): DayPost => ({
    place, isLasting, parts: cell.parts.map(({ from, to, people, source }) => ({ from, to, people: people.map(known), isSubstitute: source === 'override' })),
  }));
  return {
    date, dayType: day.day_type, isGuessed: tables.years_missing.some((year) => date.startsWith(String(year))),
    posts: inOrder(posts, ({ place }) => place.duty), below: belowOf(area, duties),
  };
}

function cellsOf(tables: Tables, date: string): { place: PostPlace; cell: Cell; isLasting: boolean }[] {
  return sheetOf(tables, monthOf(date), []).flatMap(({ table, isTurning, cells }) => {
    const cell = cells.find((one) => one.date === date);
    return cell === undefined ? [] : [{ place: table, cell, isLasting: !isTurning }];
  });
}

/** Returns what is held, or by nobody, in the areas directly below. */
function heldBelow(area: string, duties: readonly Duty[]): (DutyItem | DutyGap)[] {
  const isBelow = (one: PostPlace): boolean => one.area !== area && rollupArea(area, one.area) === one.area;
  return duties.flatMap((duty) => [...duty.items, ...duty.gaps]).filter(isBelow);
}

function belowOf(area: string, duties: readonly Duty[]): Below {
  const held = heldBelow(area, duties);
  const names = new Map(held.map(({ duty, duty_name }) => [duty, duty_name]));
  const columns = inOrder([...names].map(([duty, name]) => ({ duty, name })), ({ duty }) => duty);
  const areas = [...new Map(held.map((one) => [one.area, one.area_name]))].sort(([a], [b]) => a.localeCompare(b));
  return {
    duties: columns,
    areas: areas.map(([code, name]) => ({ area: code, name, cells: columns.map(({ duty }) => partsOf(held.filter((one) => one.area === code && one.duty === duty))) })),
  };
}

/** Returns who holds one post, once for each time at which it changes hands. */
function partsOf(held: readonly (DutyItem | DutyGap)[]): BelowPart[] {
  const parts = new Map<string, BelowPart>();
  for (const one of held) {
    const key = `${one.from} ${one.to}`;
    const hours = typeof one.from === 'string' && typeof one.to === 'string' ? { from: Date.parse(one.from), to: Date.parse(one.to) } : undefined;
    const part = parts.get(key) ?? { hours, people: [] };
    const who = 'person' in one ? { name: one.name, phone: one.phone ?? '' } : undefined;
    if (who !== undefined && !part.people.some(({ name, phone }) => name === who.name && phone === who.phone)) part.people.push(who);
    parts.set(key, part);
  }
  const all = [...parts.values()].sort((a, b) => (a.hours?.from ?? 0) - (b.hours?.from ?? 0));
  return all.length === 1 ? all.map(({ people }) => ({ hours: undefined, people })) : all;
}

function inOrder<T>(all: readonly T[], dutyOf: (one: T) => string): T[] {
  const rank = (one: T): number => {
    const at = ORDER.indexOf(dutyOf(one));
    return at < 0 ? ORDER.length : at;
  };
  return [...all].sort((a, b) => rank(a) - rank(b));
}
