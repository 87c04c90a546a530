/** Spot checks over HTTP: earlier ones, and a month of them. */

import type { CalloutView, Named, Time } from '../board/protocol';
import type { PostPlace } from '../board/roster';
import { get, search, type Page } from './api';

interface Tally {
  asked: number;
  on_post: number;
  absent: number;
  /** Of those on post. */
  median_s?: number;
}

export interface UnitTally extends Tally {
  area: string;
  area_name: string;
}

/** What shows that nobody was there. */
export type Why = { why: 'silent' | 'late' | 'declined' } | { why: 'off_post'; rings: number } | { why: 'elsewhere'; away_m: number };

/** A post where nobody was, with the call that shows it. */
export type Absence = Why & PostPlace & {
  callout: string;
  obligation: string;
  asked_at: Time;
  people: Named[];
  calls: number;
  /** When somebody answered after all. */
  answered_at?: Time;
};

export interface CheckMonth {
  month: string;
  checks: number;
  total: Tally;
  items: UnitTally[];
  absences: Absence[];
  left_off: number;
}

export const rollCallApi = {
  month: (month: string) => get<CheckMonth>(`/spot-checks/statistics?${search({ month })}`),
  /** Callouts of every kind, the newest first. */
  callouts: (limit: number) => get<Page<CalloutView>>(`/callouts?${search({ limit })}`),
};
