/** Supplies as the server tells them: what lies where, what of it is promised, and how pages order and read that. No clock. */

import type { Point } from './incident';
import { find, initials } from './pinyin';
import type { Time } from './protocol';
import type { Light } from './task';

export interface Item {
  id: string;
  /** Of GB/T 38565. */
  code: string;
  name: string;
  unit: string;
  spec: string;
  aliases: string[];
}

/** How many: `counted` = `free` + `held` + `out` + `expired` − `short`. */
export interface Sums {
  counted: number;
  lying: number;
  free: number;
  held: number;
  out: number;
  expired: number;
  short: number;
}

export interface Lot {
  batch: string;
  /** Days, as `2026-08-01`. */
  produced?: string;
  expires?: string;
  position: string;
  quantity: number;
}

export interface DepotStock extends Sums {
  depot: string;
  name: string;
  area: string;
  lots: Lot[];
}

export interface ItemStock extends Sums {
  item: string;
  name: string;
  unit: string;
  /** Missing for those who see sums only. */
  depots?: DepotStock[];
}

/** Why a promise is refused: what is free, and where else there is some, the nearest first. */
export interface NotFree {
  depot: string;
  item: string;
  item_name: string;
  unit: string;
  wanted: number;
  free: number;
  elsewhere: { depot: string; name: string; free: number }[];
}

/** An item of the catalogue with what there is of it, and what it is found by. */
export interface Supply extends ItemStock {
  code: string;
  spec: string;
  initials: string;
  aliases: readonly string[];
}

export interface Party {
  unit?: string;
  person: string;
  phone?: string;
}

export type MovementState = 'held' | 'issued' | 'transit' | 'received' | 'closed';
/** What can be done with a movement, by the last word of its address. */
export type Step = 'issue' | 'dispatch' | 'receive' | 'return' | 'write-off' | 'release';
/** Where pieces lie that a step takes on. */
export type Source = 'held' | 'issued' | 'transit' | 'received';

export interface Line {
  item: string;
  name: string;
  unit: string;
  spec: string;
  wanted: number;
  held: number;
  issued: number;
  transit: number;
  received: number;
  delivered: number;
  returned: number;
  written_off: number;
  released: number;
  lots: { batch: string; expires?: string; quantity: number }[];
}

export interface End {
  kind: 'depot' | 'site' | 'place';
  id?: string;
  name: string;
  area?: string;
  at?: Point;
}

export interface Noted {
  at: Time;
  by: string;
  stage: 'held' | 'issued' | 'transit' | 'received' | 'returned' | 'written_off' | 'released';
  moved: { item: string; quantity: number }[];
  party?: Party;
  note: string;
}

export interface Movement {
  id: string;
  state: MovementState;
  open: boolean;
  from: End;
  to: End;
  incident?: string;
  sender?: Party;
  receiver: Party;
  ordered_by: string;
  note: string;
  lines: Line[];
  held_at: Time;
  held_by: string;
  /** When what is still held is released. */
  hold_until?: Time;
  paper?: string;
  paper_due?: Time;
  overdue: boolean;
  revision: number;
  changed_by: string;
  changed_at: Time;
  steps: Noted[];
}

export interface Short {
  depot: string;
  depot_name: string;
  area: string;
  item: string;
  name: string;
  unit: string;
  least: number;
  free: number;
  lacking: number;
  missing: number;
}

export interface Expiring {
  depot: string;
  depot_name: string;
  item: string;
  name: string;
  unit: string;
  batch: string;
  position: string;
  quantity: number;
  expires: string;
  expired: boolean;
}

export interface Shortages {
  items: Short[];
  expiring: Expiring[];
}

export interface Needed {
  item: string;
  name: string;
  unit: string;
  needed: number;
  free: number;
  missing: number;
  nearest: { depot: string; name: string; free: number; distance_m?: number }[];
}

export interface Readiness {
  level: number;
  townships: string[];
  ready: boolean;
  items: Needed[];
}

export interface NewHold {
  depot: string;
  lines: { item: string; quantity: number }[];
  to: { depot: string } | { site: string } | { place: { name: string; at?: Point; area?: string } };
  receiver: Party;
  ordered_by?: string;
  paper?: string;
  incident?: string;
  note?: string;
}

export interface NewStep {
  parts: { item: string; quantity: number }[];
  party?: Party;
  note?: string;
  revision: number;
  from?: Source;
}

const NOTHING: Sums = { counted: 0, lying: 0, free: 0, held: 0, out: 0, expired: 0, short: 0 };
const STEPS: readonly Step[] = ['issue', 'dispatch', 'receive', 'return', 'write-off', 'release'];
/** Where each step finds its pieces; what comes back comes from wherever it has got to, the furthest first. */
const SOURCES: Record<Step, readonly Source[]> = {
  issue: ['held'], release: ['held'], dispatch: ['issued'], receive: ['transit'],
  return: ['received', 'transit', 'issued'], 'write-off': ['received', 'transit', 'issued'],
};
const PRESSING_MS = 10 * 60_000;

/** Returns every kind of supplies with what there is of it: none of some. */
export function supplies(catalogue: readonly Item[], stock: readonly ItemStock[]): Supply[] {
  const known = new Map(stock.map((one) => [one.item, one]));
  const listed = catalogue.map(({ id, code, name, unit, spec, aliases }) => ({
    ...(known.get(id) ?? { ...NOTHING, item: id, name, unit, depots: [] }), code, spec, aliases, initials: initials(name),
  }));
  const ids = new Set(catalogue.map((one) => one.id));
  const others = stock.filter((one) => !ids.has(one.item));
  return [...listed, ...others.map((one) => ({ ...one, code: '', spec: '', aliases: [], initials: initials(one.name) }))];
}

/** Returns those that `text` may mean, by name, initials, code or another name; all where there is no text. */
export function suppliesFor<S extends Pick<Supply, 'item' | 'name' | 'initials' | 'code' | 'aliases'>>(all: readonly S[], text: string): S[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [...all];
  const ways = all.flatMap((one) => [
    { one, code: one.code, name: one.name, initials: one.initials },
    { one, code: one.item, name: one.name, initials: one.initials },
    ...one.aliases.map((alias) => ({ one, code: one.item, name: alias, initials: initials(alias) })),
  ]);
  return [...new Set(find(ways, wanted, ways.length).map((way) => way.one))];
}

/** Returns what may be done with a movement as it stands, the next step first. */
export function stepsOf(movement: Movement): Step[] {
  return STEPS.filter((step) => sourcesOf(movement, step).length > 0);
}

/** Returns where a step would find pieces, the furthest first. */
export function sourcesOf(movement: Movement, step: Step): Source[] {
  return SOURCES[step].filter((source) => movement.lines.some((line) => line[source] > 0));
}

/** Returns for whom an item of a depot is held or out, and how many: the most first. */
export function holdersOf(movements: readonly Movement[], depot: string, item: string): { movement: Movement; quantity: number }[] {
  const quantity = (movement: Movement): number => {
    const line = movement.lines.find((one) => one.item === item);
    return line === undefined ? 0 : line.held + line.issued + line.transit + line.received;
  };
  const there = movements.filter((one) => one.from.id === depot && quantity(one) > 0);
  return there.map((movement) => ({ movement, quantity: quantity(movement) })).sort((a, b) => b.quantity - a.quantity);
}

/** Returns those whose written order is still to come, the most pressing first. */
export function papersDue(movements: readonly Movement[]): Movement[] {
  return movements.filter((one) => one.paper_due !== undefined).sort((a, b) => String(a.paper_due).localeCompare(String(b.paper_due)));
}

/** Returns the light of a deadline that began to run at `from`: pressing in its last quarter, as tasks are. */
export function lightBy(due: Time, from: Time, now: number): Light {
  const end = Date.parse(due);
  if (end <= now) return 'red';
  return end - now <= Math.max((end - Date.parse(from)) / 4, PRESSING_MS) ? 'yellow' : 'grey';
}

/** Orders movements: open first, the newest first. */
export function openFirst(a: Movement, b: Movement): number {
  return Number(b.open) - Number(a.open) || Date.parse(b.held_at) - Date.parse(a.held_at);
}

/** Tells whether a lot may not be used any more on `today`: it may until its last day ends. */
export function isExpired(lot: Pick<Lot, 'expires'>, today: string): boolean {
  return lot.expires !== undefined && lot.expires < today;
}

/** Reads a quantity: a whole number, and nothing that only looks like one. */
export function quantityOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}
