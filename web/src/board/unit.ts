/** Units as the desk's list shows them: what each is doing, whether it can go, and by what it is found. No clock: `now` is an argument. */

import { binds, inHandFirst, isStalled, type AssignmentView } from './assignment';
import type { ListedUnit } from './dispatch';
import { initials } from './pinyin';
import type { PersonView, Time } from './protocol';

export const READINESS = ['ready', 'resting', 'not_ready'] as const;
export type ReadinessState = (typeof READINESS)[number];

/** How ready a unit says it is. */
export interface Readiness {
  state: ReadinessState;
  note?: string;
  /** Until when it rests or is away. */
  until?: Time;
  /** People it can send now, where that differs from its list. */
  strength?: number;
}

export interface UnitContact {
  id: string;
  name: string;
  title: string;
}

export interface UnitView extends ListedUnit {
  strength?: number;
  contact?: UnitContact;
  deputy?: UnitContact;
  members?: UnitContact[];
  /** In the county's own words. */
  capabilities: string[];
  capacity?: Record<string, number>;
  equipment?: { name: string; count: number }[];
  simulated?: true;
  /** The contact and the deputy with their numbers, masked for whoever may not dial them; missing where the server does not tell. */
  answering?: PersonView[];
  /** Null where nobody has said anything; missing where the server does not tell. */
  readiness?: Readiness | null;
}

/** A unit with everything that it is sent for. */
export interface UnitRow {
  unit: UnitView;
  /** Not over yet: what binds it, and what it is on its way back from. Those to ask about first. */
  now: readonly AssignmentView[];
  /** The latest first. */
  past: readonly AssignmentView[];
  /** By what it is found, in lower case. */
  words: string;
}

/** How a unit stands, in the order in which somebody has to look at it. */
export const STANDINGS = ['overdue', 'busy', 'back', 'not_ready', 'resting', 'free', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];

/** What a list shows: all, those that are out, those to ask about, those that cannot go, those that can. */
export const VIEWS = ['all', 'out', 'overdue', 'off', 'free'] as const;
export type UnitsView = (typeof VIEWS)[number];

/** Returns the units with what each is sent for; `areaName` names where one belongs. */
export function rowsOf(
  units: readonly UnitView[], assignments: readonly AssignmentView[], named: (unit: UnitView) => readonly string[], now: number,
): UnitRow[] {
  const byUnit = new Map<string, AssignmentView[]>();
  for (const one of assignments) byUnit.set(one.unit, [...(byUnit.get(one.unit) ?? []), one]);
  return units.map((unit) => {
    const own = byUnit.get(unit.id) ?? [];
    const isNow = ({ status }: AssignmentView): boolean => binds(status) || isOnWayBack(status);
    return { unit, now: own.filter(isNow).sort(inHandFirst(now)), past: own.filter((one) => !isNow(one)), words: wordsOf(unit, named(unit)) };
  });
}

function isOnWayBack(status: AssignmentView['status']): boolean {
  return status === 'done' || status === 'recalled';
}

function wordsOf(unit: UnitView, named: readonly string[]): string {
  const said = [unit.name, ...unit.capabilities, ...named];
  return [unit.id, ...said, ...said.map(initials)].join(' ').toLowerCase();
}

/** Returns how ready a unit is at `now`: rest and absence end at their time. */
export function readinessAt(said: Readiness, now: number): ReadinessState {
  return said.until !== undefined && Date.parse(said.until) <= now ? 'ready' : said.state;
}

/** Returns how a unit stands: what it is sent for comes before what it says of itself. */
export function standingOf({ unit, now: doing }: UnitRow, now: number): Standing {
  if (doing.some((one) => isStalled(one, now) || isLateBack(one, now))) return 'overdue';
  if (doing.some((one) => binds(one.status))) return 'busy';
  if (doing.length > 0) return 'back';
  if (unit.readiness === undefined) return 'unknown';
  if (unit.readiness === null) return 'free';
  const state = readinessAt(unit.readiness, now);
  return state === 'ready' ? 'free' : state;
}

/** Tells whether a unit should have been back. */
export function isLateBack({ status, back_at }: Pick<AssignmentView, 'status' | 'back_at'>, now: number): boolean {
  return back_at !== undefined && status !== 'returned' && status !== 'declined' && Date.parse(back_at) < now;
}

/** Orders units: those to ask about, those out, those that cannot go, the rest; within each by id. */
export function byStanding(now: number): (a: UnitRow, b: UnitRow) => number {
  return (a, b) => STANDINGS.indexOf(standingOf(a, now)) - STANDINGS.indexOf(standingOf(b, now))
    || since(a) - since(b) || a.unit.id.localeCompare(b.unit.id);
}

/** The longest in its status first. */
function since({ now }: UnitRow): number {
  return now[0] === undefined ? 0 : Date.parse(now[0].since);
}

export function isInView(row: UnitRow, view: UnitsView, now: number): boolean {
  const standing = standingOf(row, now);
  switch (view) {
    case 'all': return true;
    case 'out': return row.now.length > 0;
    case 'overdue': return standing === 'overdue';
    case 'off': return standing === 'resting' || standing === 'not_ready';
    case 'free': return standing === 'free' || standing === 'unknown';
  }
}

/** Tells whether a row has every word that is looked for. */
export function isFound(row: UnitRow, text: string): boolean {
  return text.trim().toLowerCase().split(/\s+/).every((word) => row.words.includes(word));
}

/** A unit that is expected back. */
export interface Return {
  unit: string;
  name: string;
  at: Time;
  incident: string;
}

/** Returns who is expected back, the earliest first. */
export function returnsOf(rows: readonly UnitRow[]): Return[] {
  return rows.flatMap(({ unit, now }) => now.flatMap(({ back_at, incident }) => (back_at === undefined ? [] : [{ unit: unit.id, name: unit.name, at: back_at, incident }])))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** How an area that must have a unit near is covered. */
export interface Covered {
  area: string;
  name: string;
  ability: string;
  within_s: number;
  near: number;
  hole: boolean;
  nearest?: string;
  nearest_eta_s?: number;
}
