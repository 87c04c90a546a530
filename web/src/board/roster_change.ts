/** What was changed of the roster, by whom: newest first, page by page. Pure. */

import { dateAt } from './local';
import type { Named, Time } from './protocol';

/** Those that are told in words of their own. */
export const CHANGES = [
  'post_saved', 'person_saved', 'area_saved', 'rotation_set', 'duty_table_set', 'override_added', 'override_removed', 'leave_taken',
  'leave_ended', 'swap_ended', 'calendar_adopted', 'policies_adopted', 'handover_signed',
] as const;
export type ChangeKind = (typeof CHANGES)[number];

export interface RosterChange {
  seq: number;
  at: Time;
  login: string;
  /** Whose login it is. */
  name?: string;
  /** One of `CHANGES`, or what a newer server has learned since. */
  kind: string;
  area: string;
  area_name: string;
  post?: string;
  post_title?: string;
  from?: Time;
  to?: Time;
  people: Named[];
  /** Of a duty table. */
  lines?: number;
  reason?: string;
  /** The file that it came by. */
  import?: string;
  undone?: boolean;
}

/** Days of duty, both ends included; empty where there is no end. */
export interface Days {
  first: string;
  last: string;
}

export function isKnown(kind: string): kind is ChangeKind {
  return (CHANGES as readonly string[]).includes(kind);
}

/** Returns all that is known, newest first; what is told again is taken as it is told now. */
export function merged(known: readonly RosterChange[], told: readonly RosterChange[]): RosterChange[] {
  const all = new Map([...known, ...told].map((one) => [one.seq, one]));
  return [...all.values()].sort((a, b) => b.seq - a.seq);
}

/** Tells whether a change is about one of these days of duty; of one that is about no duty, whether it was made on one of them. */
export function concerns({ at, from, to }: RosterChange, { first, last }: Days, zone: string): boolean {
  const begin = dateAt(Date.parse(from ?? at), zone);
  // A duty that ends at midnight is over on the day before.
  const end = to === undefined ? begin : dateAt(Date.parse(to) - 1, zone);
  return (first === '' || end >= first) && (last === '' || begin <= last);
}
