/** People who are brought to safety, and the shelters that take them in, as the server tells them. No clock. */

import type { Time } from './protocol';
import type { Light } from './task';

/** How many of those who are to be moved have been, and what keeps the others. */
export interface Numbers {
  moved: number;
  refusing: number;
  immobile: number;
  out_of_contact: number;
}

export interface Tally extends Numbers {
  transfers: number;
  planned: number;
  /** Transfers that are running, and those of them that should be done. */
  open: number;
  overdue: number;
}

export interface TallyRow extends Tally {
  area: string;
  name: string;
}

export const HAZARDS = ['flash_flood', 'landslide', 'debris_flow', 'rockfall', 'waterlogging', 'dyke', 'reservoir', 'subsidence'] as const;
export type Hazard = (typeof HAZARDS)[number];

export interface Evacuation extends Tally {
  id: string;
  title: string;
  area: string;
  area_name: string;
  hazard?: Hazard;
  text?: string;
  on_word_of?: string;
  incident?: string;
  due_at: Time;
  over_capacity?: string;
  drill: boolean;
  ordered_at: Time;
  ordered_by: string;
  /** `done`: everybody moved or accounted for; `ended`: they may go home. */
  state: 'running' | 'done' | 'ended';
  ended?: { at: Time; by: string; permitted_by: string; note: string };
  rollup: TallyRow[];
}

export interface Site {
  id: string;
  name: string;
}

export interface Origin {
  area: string;
  area_name: string;
  risk_point?: string;
  name: string;
}

export type TransferState = 'running' | 'done' | 'called_off' | 'returning' | 'returned';

export interface Transfer extends Numbers {
  id: string;
  evacuation: string;
  state: TransferState;
  from: Origin;
  to: Site;
  people: number;
  due_at: Time;
  overdue: boolean;
  post: string;
  post_title: string;
  obligation?: string;
  drill: boolean;
  note?: string;
  changed_at: Time;
  changed_by: string;
}

/** Why people cannot come: how many places are left, and where else there is room, the nearest first. */
export interface ShelterFull {
  shelter: string;
  wanted: number;
  free: number;
  elsewhere: { shelter: string; name: string; free: number; distance_m?: number }[];
}

export interface Shelter {
  id: string;
  name: string;
  area: string;
  area_name: string;
  contact?: { name: string; title: string };
  capacity: number;
  night_capacity: number;
  people: number;
  /** Places kept for those who are on their way. */
  expected: number;
  free: number;
  free_night: number;
  counted_at?: Time;
  counted_by?: string;
  /** What it holds at this hour. */
  holds_now: number;
  free_now: number;
  over: number;
  /** Nobody has counted for too long. */
  stale: boolean;
  over_capacity?: string;
  note?: string;
  transfers: number;
}

export interface RiskPoint {
  id: string;
  name: string;
  area: string;
  hazard: Hazard;
  residents: number;
  repaired: boolean;
  contact?: { name: string; title: string };
  /** Where its people go, and how. */
  plan?: { shelter?: string; text?: string };
}

/** Those of one place as an order would move them. */
export interface Leg {
  from: Origin;
  people: number;
  to?: Site;
  instead_of?: Site;
  free: number;
  fits: boolean;
  post?: string;
  post_title?: string;
  way?: string;
}

/** An order as it would be given now. */
export interface Plan {
  area: string;
  area_name: string;
  people: number;
  /** People for whom there is no place, or nobody who could be told. */
  unplaced: number;
  legs: Leg[];
  skipped: { risk_point: Site; why: 'repaired' | 'nobody_lives_there' | 'moving'; transfer?: string }[];
}

export interface NewOrder {
  legs?: { area: string; risk_point?: string; place?: string; people?: number; to?: string }[];
  threatened?: { area: string; hazard?: Hazard };
  due_at: Time;
  text?: string;
  on_word_of?: string;
  incident?: string;
  over_capacity?: boolean;
  reason?: string;
  drill?: boolean;
}

export interface Progress extends Numbers {
  note?: string;
  done?: boolean;
  over_capacity?: boolean;
  reason?: string;
}

export type CountWay = 'counted' | 'arrived' | 'departed';

const DAY_MIN = 24 * 60;
const MINUTE_MS = 60_000;
const PRESSING_MS = 10 * MINUTE_MS;
/** From so full on somebody has to look. */
const NEARLY_FULL = 0.9;

/** Returns the next time clocks show `wanted` (21:30), where they show `shown` at `now`; nothing where it is no time. */
export function nextAt(wanted: string, shown: string, now: number): number | undefined {
  const [at, here] = [minutesOf(wanted), minutesOf(shown)];
  if (at === undefined || here === undefined) return undefined;
  const ahead = (at - here + DAY_MIN) % DAY_MIN;
  return Math.floor(now / MINUTE_MS) * MINUTE_MS + (ahead === 0 ? DAY_MIN : ahead) * MINUTE_MS;
}

function minutesOf(text: string): number | undefined {
  const [, hours = '', minutes = ''] = /^([01]?\d|2[0-3])[:：]?([0-5]\d)$/.exec(text.trim()) ?? [];
  return hours === '' ? undefined : Number(hours) * 60 + Number(minutes);
}

/** Returns the light of people who have to be moved by a time. */
export function lightOf(one: { state: string; due_at: Time }, from: Time, now: number): Light {
  if (one.state !== 'running') return one.state === 'called_off' ? 'grey' : 'green';
  const due = Date.parse(one.due_at);
  if (due <= now) return 'red';
  return due - now <= Math.max((due - Date.parse(from)) / 4, PRESSING_MS) ? 'yellow' : 'grey';
}

/** Returns the light of an area: of its transfers that run, by the deadline of the whole order. */
export function areaLight(row: Tally, order: Evacuation, now: number): Light {
  if (row.overdue > 0) return 'red';
  return lightOf({ state: row.open > 0 ? 'running' : 'done', due_at: order.due_at }, order.ordered_at, now);
}

/** Returns how many are neither moved nor accounted for. */
export function unheard(numbers: Numbers, people: number): number {
  return Math.max(0, people - numbers.moved - numbers.refusing - numbers.immobile - numbers.out_of_contact);
}

/** Orders evacuations: those that run, those whose people are away, those that are over; by deadline, then the newest. */
export function runningFirst(a: Evacuation, b: Evacuation): number {
  const rank = (one: Evacuation): number => ['running', 'done', 'ended'].indexOf(one.state);
  const both = rank(a) - rank(b);
  if (both !== 0) return both;
  return a.state === 'running' ? a.due_at.localeCompare(b.due_at) : b.ordered_at.localeCompare(a.ordered_at);
}

/** Returns which transfer is in hand before anybody has chosen: one that somebody still has to do something about. */
export function mostPressing(transfers: readonly Transfer[]): Transfer | undefined {
  const first = (state: TransferState): Transfer | undefined => transfers.find((one) => one.state === state);
  return first('running') ?? first('returning') ?? transfers[0];
}

export type Fullness = 'over' | 'full' | 'nearly' | 'room';

/** Returns how full a shelter is at this hour, with those who are on their way. */
export function fullness(shelter: Shelter): Fullness {
  const taken = shelter.people + shelter.expected;
  if (shelter.over > 0) return 'over';
  if (taken >= shelter.holds_now) return 'full';
  return taken >= shelter.holds_now * NEARLY_FULL ? 'nearly' : 'room';
}

const FULLNESS: readonly Fullness[] = ['over', 'full', 'nearly', 'room'];

/** Orders shelters: over-full first, then those that somebody is in or on the way to, then by free places. */
export function fullestFirst(a: Shelter, b: Shelter): number {
  const rank = (one: Shelter): number => FULLNESS.indexOf(fullness(one));
  return rank(a) - rank(b) || b.people + b.expected - (a.people + a.expected) || b.free_now - a.free_now || a.id.localeCompare(b.id);
}

/** Returns a share of a whole as a width; what is over the whole still fits the bar. */
export function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(100, Math.max(0, (part / whole) * 100));
}

/** Orders points of risk: those that threaten somebody first, the most people first. */
export function threateningFirst(a: RiskPoint, b: RiskPoint): number {
  return Number(a.repaired) - Number(b.repaired) || b.residents - a.residents || a.id.localeCompare(b.id);
}
