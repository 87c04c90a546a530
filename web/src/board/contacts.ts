/** Who stands on a roster and whether anybody has answered on their telephone: order, shares and days of it. Pure. */

import { areaOfPost } from './area';
import type { BoardEvent } from './event';
import { dateAt } from './local';
import type { CalloutView, Channel, Time } from './protocol';

/** As they are counted: `verified` has answered recently enough, of `dead` the carrier says that there is no such number. */
export const STANDINGS = ['verified', 'unverified', 'dead', 'no_telephone'] as const;
export type Standing = (typeof STANDINGS)[number];

/** In which ways somebody is reached, the telephone first: it alone decides how they stand. */
export const WAYS: readonly Channel[] = ['voice', 'sms', 'app'];

export interface Way {
  channel: Channel;
  /** When they last answered on it. */
  works_at?: Time;
  /** When the carrier last said that there is no such number, where that is later. */
  dead_at?: Time;
}

export interface Contact {
  person: string;
  name: string;
  title: string;
  /** One of the posts that they stand for. */
  post: string;
  post_title: string;
  phone?: string;
  standing: Standing;
  ways: Way[];
}

/** The yearly re-filing (备案) that is going on. */
export interface Refiling {
  from: Time;
  /** The end of its last day. */
  by: Time;
  done: number;
}

/** The sums are of everybody of the area, not only of one page. */
export interface Sums extends Record<Standing, number> {
  total: number;
  /** Missing where the policies do not ask for it. */
  needed_since?: Time;
  refiling?: Refiling;
  /** Nobody's telephone rings: an answer shows nothing. */
  simulated: boolean;
}

export interface ContactsPage extends Sums {
  items: Contact[];
  next?: string;
}

/** One area of the printed list. */
export interface Group {
  area: string;
  people: Contact[];
}

const DAY_MS = 86_400_000;
/** What people have to put right by hand comes before what a test settles. */
const RANK: Record<Standing, number> = { dead: 0, no_telephone: 1, unverified: 2, verified: 3 };
/** What somebody did who answered; of a text message a handset says by itself that it was read. */
const ANSWERS: ReadonlySet<string> = new Set(['key_pressed', 'replied', 'heard_in_full']);

export function isDoubtful({ standing }: Contact): boolean {
  return standing !== 'verified';
}

/** Returns the ids of those who are listed, the doubtful first; by area, post and person within. */
export function orderOf(contacts: readonly Contact[], isNarrow: boolean): string[] {
  return contacts.filter((one) => !isNarrow || isDoubtful(one)).sort(inOrder).map(({ person }) => person);
}

/** Returns whoever cannot be relied on to be reached, area by area. */
export function groupsOf(contacts: readonly Contact[]): Group[] {
  const groups = new Map<string, Contact[]>();
  for (const one of contacts.filter(isDoubtful)) {
    const area = areaOfPost(one.post);
    groups.set(area, [...(groups.get(area) ?? []), one]);
  }
  return [...groups].map(([area, people]) => ({ area, people: people.sort(inOrder) })).sort((a, b) => a.area.localeCompare(b.area));
}

/** Returns how many of a hundred, rounded down: a hundred means all. */
export function percentOf(count: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((count / whole) * 100);
}

/** Returns how many a test of the whole area asks at most: whoever is being asked is not asked again. */
export function askedAtMost({ total, verified, needed_since }: Sums): number {
  // Where nothing says for how long an answer is good, none is good enough.
  return needed_since === undefined ? total : total - verified;
}

/** Returns how many days ago it was, by the calendar. */
export function daysSince(at: Time, today: string, zone: string): number {
  return daysBetween(dateAt(Date.parse(at), zone), today);
}

/** Returns the last day on which a re-filing can be done. */
export function lastDayOf({ by }: Refiling, zone: string): string {
  return dateAt(Date.parse(by) - 1, zone);
}

/** Returns how many days there are from `first` to `last`. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS);
}

/** Tells whether an event may have shown that somebody is reached, or is not, or stands on a roster. */
export function mayChange(event: BoardEvent): boolean {
  if (event.kind === 'roster_changed') return true;
  if (event.kind === 'obligation_answered') return event.data.answer.via === 'app';
  if (event.kind !== 'attempt_recorded') return false;
  const { channel, outcome } = event.data;
  return ANSWERS.has(outcome.result) || outcome.result === 'failed' || (outcome.result === 'read' && channel === 'app');
}

/**
 * Returns the tests to show, the newest first: those on the board, and those that ended while somebody looked. One that was
 * going on and is on the board no more ended unseen.
 */
export function testsOf(known: readonly CalloutView[], board: Iterable<CalloutView>): CalloutView[] {
  const now = [...board].filter(({ kind }) => kind === 'contact_test');
  const ids = new Set(now.map(({ id }) => id));
  const ended = known.filter(({ id, state }) => state === 'closed' && !ids.has(id));
  return [...now, ...ended].sort((a, b) => b.opened_at.localeCompare(a.opened_at) || b.id.localeCompare(a.id));
}

function inOrder(a: Contact, b: Contact): number {
  return RANK[a.standing] - RANK[b.standing] || a.post.localeCompare(b.post) || a.person.localeCompare(b.person);
}
