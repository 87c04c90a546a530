/** Posts that need more people now (增援值守), as `GET /reinforcements` lists them by the county's rules. Pure. */

import type { Named, Time } from './protocol';
import type { PostPlace } from './roster';

/** Which post, by which rule, and because of what. */
export interface Need {
  post: string;
  rule: string;
  /** Left out in a season. */
  response?: string;
}

export interface Wanted extends PostPlace, Need {
  /** Of the rule. */
  title: string;
  /** How many more the rule asks for, and how many of them are on duty. */
  add: number;
  there: number;
  /** Until when those who come now would be on duty, at most. */
  to: Time;
  on_duty: readonly Named[];
  /** Of those who hold the post at other times. */
  could_come: readonly Named[];
}

export interface SendRequest extends Need {
  people: readonly string[];
  /** Left out: as long as the rule says. */
  hours?: number;
}

export interface DeclineRequest extends Need {
  reason: string;
}

const HOUR_MS = 3_600_000;

export function missingOf({ add, there }: Wanted): number {
  return Math.max(0, add - there);
}

/** Returns those where somebody is missing, in the order of the rules: the list tells of those that are complete, too. */
export function lacking(wanted: readonly Wanted[]): Wanted[] {
  return wanted.filter((one) => missingOf(one) > 0);
}

/** Returns how many posts lack people because of a response, and how many people. */
export function shortOf(wanted: readonly Wanted[], response: string | undefined): { posts: number; people: number } {
  const of = lacking(wanted).filter((one) => response !== undefined && one.response === response);
  return { posts: new Set(of.map(({ post }) => post)).size, people: of.reduce((sum, one) => sum + missingOf(one), 0) };
}

export function idOf({ rule, response, post }: Need): string {
  return [rule, response ?? '', post].join(' ');
}

/** Returns for how many hours the rule asks, as was heard at `heardAt`. */
export function hoursOf({ to }: Wanted, heardAt: number): number {
  return Math.max(1, Math.round((Date.parse(to) - heardAt) / HOUR_MS));
}

/** Tells whether people may be sent for so long by a rule that asks for `most` hours. */
export function isHours(hours: number | null, most: number): hours is number {
  return hours !== null && Number.isInteger(hours) && hours >= 1 && hours <= most;
}

export function untilAfter(now: number, hours: number): Time {
  return new Date(now + hours * HOUR_MS).toISOString();
}

/** Marks somebody, or takes the mark back; where as many are marked as are missing, nobody else is. */
export function mark(marked: readonly string[], person: string, most: number): readonly string[] {
  if (marked.includes(person)) return marked.filter((one) => one !== person);
  return marked.length < most ? [...marked, person] : marked;
}

/** Returns what is sent; where the hours are the rule's own it is left to the rule. */
export function requestOf(need: Need, people: readonly string[], hours: number, rules: number): SendRequest {
  return { ...needOf(need), people, ...(hours === rules ? {} : { hours }) };
}

export function needOf({ post, rule, response }: Need): Need {
  return { post, rule, ...(response === undefined ? {} : { response }) };
}
