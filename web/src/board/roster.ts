/** Who holds the posts of an area over a month, as its sheet shows it: a row a day, a column a post. Pure. */

import { monthOf } from './local';
import type { DutySource, Named, Time } from './protocol';

export type DayType = 'workday' | 'weekend' | 'holiday' | 'makeup_workday' | 'special' | 'every';

export interface Day {
  date: string;
  /** When it begins. */
  from: Time;
  day_type: DayType;
}

export interface PostPlace {
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  duty: string;
  duty_name: string;
}

/** A line of a duty table. */
export interface Line {
  from: Time;
  to: Time;
  people: Named[];
}

export interface Held extends Line {
  /** Missing in a gap. */
  source?: DutySource;
}

/** A change for a stretch of time; taken back by its id. */
export interface Substitute extends Line {
  id: string;
  reason: string;
}

export interface PostTable extends PostPlace {
  /** The lines that begin in the days asked for. */
  shifts: Line[];
  /** Who really holds it, change by change and without holes. */
  held: Held[];
  overrides: Substitute[];
  /** Where the post was changed last; sent back with what is put in its place. */
  seen: number;
}

export interface Tables {
  from: Time;
  to: Time;
  days: Day[];
  /** Years whose holidays have not been entered: days are guessed by weekday. */
  years_missing: number[];
  items: PostTable[];
}

export const FAULTS = ['gap', 'on_leave', 'two_posts', 'no_telephone', 'dead_number', 'unverified'] as const;
export type Fault = (typeof FAULTS)[number];

/** Tells whether somebody's telephone is what is wrong: it is so on each of their days, and said once. */
export function isOfTelephone(fault: Fault): boolean {
  return fault === 'no_telephone' || fault === 'dead_number' || fault === 'unverified';
}

/** One thing that is wrong with the roster. */
export interface Defect extends PostPlace {
  kind: Fault;
  from: Time;
  to: Time;
  person?: Named;
  /** The other post at the same time. */
  other?: PostPlace;
}

/** How much is wrong on a day; what lasts counts on each of its days. */
export interface OutlookDay {
  date: string;
  day_type: DayType;
  gaps: number;
  two_posts: number;
  no_telephone: number;
  dead_number: number;
  unverified: number;
  on_leave: number;
}

export interface Outlook {
  posts: number;
  years_missing: number[];
  days: OutlookDay[];
  items: Defect[];
  left_off: number;
}

/** A stretch in which the same people hold a post by the same layer. */
export interface Part {
  from: number;
  to: number;
  people: readonly Named[];
  /** Missing in a gap. */
  source: DutySource | undefined;
}

/** One duty day of a post. */
export interface Cell {
  date: string;
  dayType: DayType;
  from: number;
  to: number;
  parts: readonly Part[];
  defects: readonly Defect[];
  /** It says what the cell above it says: one permanent holder is not written thirty times. */
  isRepeat: boolean;
}

export interface Column {
  table: PostTable;
  /** People take turns at it, or nobody holds it; else it has its holders for good. */
  isTurning: boolean;
  cells: readonly Cell[];
}

/** A cell by its post and its day. */
export interface At {
  post: string;
  date: string;
}

/**
 * Returns the sheet of one month. `tables` reach a day further than the month: a duty that begins on its last morning ends
 * in the next. Posts at which people take turns stand first.
 */
export function sheetOf(tables: Tables, month: string, defects: readonly Defect[]): Column[] {
  const columns = tables.items.map((table): Column => {
    const cells = cellsOf(table, tables.days, month, defects.filter((one) => one.post === table.post));
    return { table, isTurning: isTurning(table), cells };
  });
  return [...columns.filter((column) => column.isTurning), ...columns.filter((column) => !column.isTurning)];
}

/** Returns at which minute of the day a post's duty begins: where it changes most often, the earliest of several, else midnight. */
export function boundaryOf(held: readonly Held[], days: readonly Day[]): number {
  const counts = new Map<number, number>();
  // The first one began before the days asked for.
  for (const { from } of held.slice(1)) {
    const minute = minuteOf(Date.parse(from), days);
    if (minute !== undefined) counts.set(minute, (counts.get(minute) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  return most?.[0] ?? 0;
}

function minuteOf(at: number, days: readonly Day[]): number | undefined {
  const next = days.findIndex(({ from }) => Date.parse(from) > at);
  const day = days[(next < 0 ? days.length : next) - 1];
  return day === undefined ? undefined : Math.floor((at - Date.parse(day.from)) / 60_000);
}

function isTurning({ shifts, held }: PostTable): boolean {
  return shifts.length > 0 || held.some(({ source }) => source === 'rotation' || source === 'table') || held.every(({ source }) => source === undefined);
}

function cellsOf(table: PostTable, days: readonly Day[], month: string, defects: readonly Defect[]): Cell[] {
  const boundary_ms = boundaryOf(table.held, days) * 60_000;
  const cells: Cell[] = [];
  days.forEach(({ date, from, day_type }, index) => {
    const next = days[index + 1];
    if (monthOf(date) !== month || next === undefined) return;
    const [begin, end] = [Date.parse(from) + boundary_ms, Date.parse(next.from) + boundary_ms];
    const parts = partsOf(table.held, begin, end);
    const own = defects.filter((one) => Date.parse(one.from) < end && Date.parse(one.to) > begin);
    const above = cells[cells.length - 1];
    const isRepeat = above !== undefined && repeats(above, parts, own);
    cells.push({ date, dayType: day_type, from: begin, to: end, parts, defects: own, isRepeat });
  });
  return cells;
}

/** Returns who holds a post from `begin` to `end`, in as few parts as say it. */
function partsOf(held: readonly Held[], begin: number, end: number): Part[] {
  const parts: Part[] = [];
  for (const one of held) {
    const [from, to] = [Math.max(begin, Date.parse(one.from)), Math.min(end, Date.parse(one.to))];
    if (from >= to) continue;
    const part: Part = { from, to, people: one.people, source: one.source };
    const last = parts[parts.length - 1];
    if (last !== undefined && isSame(last, part)) parts[parts.length - 1] = { ...last, to };
    else parts.push(part);
  }
  return parts;
}

function isSame(a: Part, b: Part): boolean {
  return a.source === b.source && idsOf(a.people) === idsOf(b.people);
}

function idsOf(people: readonly Named[]): string {
  return people.map(({ id }) => id).join(' ');
}

function repeats(above: Cell, parts: readonly Part[], defects: readonly Defect[]): boolean {
  const [one, ...more] = parts;
  const [before, ...others] = above.parts;
  if (one === undefined || before === undefined || more.length > 0 || others.length > 0) return false;
  const faults = (list: readonly Defect[]): string => list.map(({ kind, person }) => `${kind} ${person?.id ?? ''}`).sort().join();
  return one.source === 'permanent' && isSame(before, one) && faults(above.defects) === faults(defects);
}

/** Returns how much of each kind is wrong: stretches, and people where it is their telephone. */
export function tallyOf(defects: readonly Defect[]): Partial<Record<Fault, number>> {
  const seen = new Map<Fault, Set<string>>();
  for (const { kind, post, from, person } of defects) {
    const what = isOfTelephone(kind) ? person?.id ?? post : `${post} ${from} ${person?.id ?? ''}`;
    seen.set(kind, (seen.get(kind) ?? new Set<string>()).add(what));
  }
  return Object.fromEntries([...seen].map(([kind, all]) => [kind, all.size]));
}

/** Returns everybody who is named in a column, whoever is named most often first. */
export function crewOf(column: Column): Named[] {
  const named = new Map<string, { person: Named; count: number }>();
  const all = [...column.table.held.flatMap(({ people }) => people), ...column.table.shifts.flatMap(({ people }) => people)];
  for (const person of all) named.set(person.id, { person, count: (named.get(person.id)?.count ?? 0) + 1 });
  return [...named.values()].sort((a, b) => b.count - a.count || a.person.id.localeCompare(b.person.id)).map(({ person }) => person);
}

/** Returns the cell so many columns and rows away, staying on the sheet; the first one where none is in hand. */
export function stepTo(columns: readonly Column[], at: At | undefined, across: number, down: number): At | undefined {
  const column = columns.findIndex(({ table }) => table.post === at?.post);
  const row = columns[column]?.cells.findIndex(({ date }) => date === at?.date) ?? -1;
  const within = (n: number, length: number): number => Math.min(length - 1, Math.max(0, n));
  const next = columns[column < 0 ? 0 : within(column + across, columns.length)];
  const cell = next?.cells[row < 0 ? 0 : within(row + down, next.cells.length)];
  return next === undefined || cell === undefined ? undefined : { post: next.table.post, date: cell.date };
}

export function cellAt(columns: readonly Column[], at: At | undefined): { column: Column; cell: Cell } | undefined {
  const column = columns.find(({ table }) => table.post === at?.post);
  const cell = column?.cells.find(({ date }) => date === at?.date);
  return column === undefined || cell === undefined ? undefined : { column, cell };
}
