/** What is put in force of a post's duty table, from what is filled, edited or changed about. Pure. */

import { addDays, addMonths, datesOf, firstOf, lastOf, monthOf } from './local';
import type { Cell, Column, DayType, Line, PostTable } from './roster';
import type { Named, Time } from './protocol';

/** The lines of a stretch of a table, in place of all that begin in it. */
export interface TableInput {
  post: string;
  from: Time;
  to: Time;
  shifts: { from: Time; to: Time; people: string[] }[];
  /** Where the post was changed last when somebody looked. */
  seen: number;
}

/** A shift, who would hold it, and why. */
export interface Proposal extends Line {
  day_type: DayType;
  reason: 'longest' | 'together' | 'nobody';
  /** When its last duty of this kind began. */
  last?: Time;
  passed_over: PassedOver[];
}

export interface PassedOver {
  people: Named[];
  /** Because of whom. */
  person: Named;
  why: 'on_leave' | 'at_other_post' | 'short_rest' | 'due_next';
  post?: string;
  /** When the shift begins that leaves too little rest. */
  shift?: Time;
}

/** How days would be filled. */
export interface Filling {
  post: string;
  from: Time;
  to: Time;
  shifts: Proposal[];
  years_missing: number[];
  seen: number;
}

/** First and last date. */
export interface Stretch {
  first: string;
  last: string;
}

/**
 * Returns which days are to be filled: from tomorrow on the first of the shown month that have no lines of a table, and the
 * month after it where there are none.
 */
export function stretchToFill(column: Column, month: string, today: string): Stretch {
  const has = new Set(column.cells.filter((cell) => linesIn(column.table, cell).length > 0).map(({ date }) => date));
  const ahead = column.cells.map(({ date }) => date).filter((date) => date > today);
  const first = ahead.find((date) => !has.has(date));
  if (first === undefined) {
    const next = addMonths(month < monthOf(today) ? monthOf(today) : month, 1);
    return { first: firstOf(next), last: lastOf(next) };
  }
  const end = ahead.find((date) => date > first && has.has(date));
  return { first, last: end === undefined ? lastOf(month) : addDays(end, -1) };
}

/** Returns the lines of a post's table that begin in a cell. */
export function linesIn(table: PostTable, cell: Pick<Cell, 'from' | 'to'>): Line[] {
  return table.shifts.filter(({ from }) => Date.parse(from) >= cell.from && Date.parse(from) < cell.to);
}

/** Returns what puts a proposal in force. Shifts that nobody can take are left open. */
export function inForce(filling: Filling): TableInput {
  const { post, from, to, shifts, seen } = filling;
  return { post, from, to, shifts: shifts.filter(({ people }) => people.length > 0).map(written), seen };
}

/** Returns what puts these lines in a cell, in place of those that begin in it; lines that name nobody are none. */
export function edited(table: PostTable, cell: Pick<Cell, 'from' | 'to'>, lines: readonly Line[]): TableInput {
  const kept = lines.filter(({ people }) => people.length > 0);
  return { post: table.post, from: timeOf(cell.from), to: timeOf(cell.to), shifts: kept.map(written), seen: table.seen };
}

/**
 * Returns what lets two days of a post change places: whoever has the one has the other, shift by shift. Nothing where the
 * table alone does not say who holds them, or they have not as many shifts.
 */
export function swapped(table: PostTable, one: Cell, other: Cell): TableInput | undefined {
  const [early, late] = one.from < other.from ? [one, other] : [other, one];
  const [before, after] = [linesIn(table, early), linesIn(table, late)];
  if (one.from === other.from || before.length === 0 || before.length !== after.length || !isByTable(one) || !isByTable(other)) return undefined;
  const stretch = { from: early.from, to: late.to };
  const lines = linesIn(table, stretch).map((line) => {
    const there = after[before.indexOf(line)] ?? before[after.indexOf(line)];
    return there === undefined ? line : { ...line, people: there.people };
  });
  return edited(table, stretch, lines);
}

/** Tells whether the table alone says who holds a cell. */
export function isByTable(cell: Cell): boolean {
  return cell.parts.length > 0 && cell.parts.every(({ source }) => source === 'table');
}

/** Duties of somebody: in all, and those on days that others have off. */
export interface Duties {
  all: number;
  off: number;
}

/** How much falls to somebody, before and by a proposal. */
export interface Burden {
  person: Named;
  before: Duties;
  added: Duties;
}

/** What others have off. */
const OFF: ReadonlySet<DayType> = new Set<DayType>(['weekend', 'holiday']);

/** Returns how a proposal falls to whom, whoever bears most in all first; `before` is what those people have borne. */
export function burdens(shifts: readonly Proposal[], typeOf: (from: Time) => DayType | undefined, before: ReadonlyMap<string, Duties>): Burden[] {
  const all = new Map<string, Burden>();
  for (const { from, people, day_type } of shifts) {
    const isOff = OFF.has(typeOf(from) ?? day_type);
    for (const person of people) {
      const known = all.get(person.id) ?? { person, before: before.get(person.id) ?? { all: 0, off: 0 }, added: { all: 0, off: 0 } };
      const added = { all: known.added.all + 1, off: known.added.off + Number(isOff) };
      all.set(person.id, { ...known, added });
    }
  }
  return [...all.values()].sort((a, b) => total(b) - total(a) || a.person.id.localeCompare(b.person.id));
}

function total({ before, added }: Burden): number {
  return before.all + added.all;
}

/** Returns what somebody has borne, from shifts counted by the type of their day. */
export function dutiesOf(byDayType: Readonly<Partial<Record<DayType, number>>>): Duties {
  const counted = Object.entries(byDayType) as [DayType, number][];
  const sum = (some: [DayType, number][]): number => some.reduce((all, [, count]) => all + count, 0);
  return { all: sum(counted), off: sum(counted.filter(([type]) => OFF.has(type))) };
}

/** Returns how many days a stretch has. */
export function lengthOf({ first, last }: Stretch): number {
  return datesOf(first, last).length;
}

function written({ from, to, people }: Line): TableInput['shifts'][number] {
  return { from, to, people: people.map(({ id }) => id) };
}

function timeOf(at: number): Time {
  return new Date(at).toISOString();
}
