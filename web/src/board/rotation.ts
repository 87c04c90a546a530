/** Rotations: crews in turn from a day on, apart for each type of day, and a new one as it is written. Pure. */

import type { Named, Time } from './protocol';
import type { DayType } from './roster';

/** Minutes after midnight, and how many minutes it lasts. */
export interface ShiftTime {
  from_minute: number;
  minutes: number;
}

export interface DayPlan {
  shifts: ShiftTime[];
  crews: Named[][];
  /** The crew that begins, from 0. */
  first: number;
  /** Days that follow one another are held by one crew. */
  together: boolean;
}

export interface Rotation {
  starts_on: string;
  days: Partial<Record<DayType, DayPlan>>;
  /** Workdays that go with the weekend, such as `Fri`. */
  with_weekend: string[];
}

/** A rotation to be put in force; each order goes on where it stands on its first day. */
export interface RotationInput {
  post: string;
  starts_on: string;
  days: Partial<Record<DayType, { shifts: ShiftTime[]; crews: string[][]; together: boolean }>>;
  with_weekend: string[];
  goes_on: boolean;
}

/** A time in which others would be on duty than now. */
export interface Change {
  from: Time;
  to: Time;
  before: Named[];
  after: Named[];
}

/** In the order in which people speak of them. */
export const DAY_TYPES: readonly DayType[] = ['every', 'workday', 'weekend', 'holiday', 'makeup_workday', 'special'];

export type Plans = [DayType, DayPlan][];

/** A duty from morning to morning, where nothing is known of a post's hours. */
const WHOLE_DAY: ShiftTime = { from_minute: 480, minutes: 1_440 };

/** Returns the plans of a rotation by type of day. */
export function plansOf({ days }: Pick<Rotation, 'days'>): Plans {
  return DAY_TYPES.flatMap((type): Plans => (days[type] === undefined ? [] : [[type, days[type]]]));
}

/** Returns the plans with which a new rotation begins to be written: those of the one before it, else everybody in turn, each day. */
export function firstDraft(before: Rotation | undefined, people: readonly Named[]): Plans {
  if (before === undefined) return [['every', { shifts: [WHOLE_DAY], crews: people.map((person) => [person]), first: 0, together: false }]];
  return plansOf(before).map(([type, plan]) => [type, { ...plan, crews: plan.crews.map((crew) => [...crew]) }]);
}

/** Returns the plans with one for another type of day, as the first of them. */
export function withType(plans: Plans, type: DayType): Plans {
  const [like] = plans;
  const plan: DayPlan = { shifts: like?.[1].shifts ?? [WHOLE_DAY], crews: like?.[1].crews.map((crew) => [...crew]) ?? [], first: 0, together: false };
  return [...plans, [type, plan] as [DayType, DayPlan]].sort(([a], [b]) => DAY_TYPES.indexOf(a) - DAY_TYPES.indexOf(b));
}

/** Returns the crews with one of them so many places on. */
export function moved<T>(crews: readonly T[], index: number, by: number): T[] {
  const to = index + by;
  const crew = crews[index];
  if (crew === undefined || to < 0 || to >= crews.length) return [...crews];
  const rest = crews.filter((_, at) => at !== index);
  return [...rest.slice(0, to), crew, ...rest.slice(to)];
}

/** Returns what is sent; crews without people are none. */
export function inputOf(post: string, starts_on: string, plans: Plans, with_weekend: readonly string[]): RotationInput {
  const days = Object.fromEntries(plans.map(([type, { shifts, crews, together }]) => [
    type, { shifts, crews: crews.filter((crew) => crew.length > 0).map((crew) => crew.map(({ id }) => id)), together },
  ])) as RotationInput['days'];
  const hasWeekend = plans.some(([type]) => type === 'weekend');
  return { post, starts_on, days, with_weekend: hasWeekend ? [...with_weekend] : [], goes_on: true };
}
