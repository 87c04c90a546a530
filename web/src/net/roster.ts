/** The roster over HTTP as the clerk's pages use it. */

import type { Filling, Stretch, TableInput } from '../board/duty_table';
import type { DayType, Outlook, Tables } from '../board/roster';
import type { Duty, Named, Time } from '../board/protocol';
import type { RosterChange } from '../board/roster_change';
import type { Change, Rotation, RotationInput } from '../board/rotation';
import { get, post, put, request, search, type Page } from './api';

/** Somebody who can be put on duty. */
export interface Candidate extends Named {
  area: string;
  area_name: string;
  title: string;
  /** Masked. */
  phone?: string;
  has_telephone: boolean;
}

export interface NewOverride {
  post: string;
  from: Time;
  to: Time;
  people: string[];
  reason: string;
}

export interface NewLeave {
  person: string;
  from: Time;
  to: Time;
  reason: string;
}

export interface Leave {
  id: string;
  person: Named;
  from: Time;
  to: Time;
  reason: string;
}

/** How much duty falls to somebody. */
export interface Load {
  person: Named;
  shifts: number;
  by_day_type: Partial<Record<DayType, number>>;
  on_duty_s: number;
  /** Shifts that hold midnight to five. */
  nights: number;
  short_rests: { from: Time; to: Time; post: string }[];
}

/** A look from an instant on. */
interface Ahead {
  area: string;
  from: Time;
  days: number;
}

export const rosterApi = {
  /** Who is on duty at an instant, in an area and all that lies in it. */
  duty: (area: string, at: number) => get<Duty>(`/duty?${search({ area, at: new Date(at).toISOString() })}`),
  tables: (query: { area?: string; post?: string; from: string; to: string }) => get<Tables>(`/duty-tables?${search(query)}`),
  outlook: (ahead: Ahead) => get<Outlook>(`/duty/outlook?${search({ ...ahead })}`),
  /** Whoever bears most first. */
  load: (ahead: Ahead) => get<Page<Load>>(`/duty/load?${search({ ...ahead })}`),
  /** Changes nothing. */
  fill: (of: string, { first, last }: Stretch) => post<Filling>('/duty-tables/fill', { post: of, from: first, to: last }),
  put: (set: TableInput, key: string) => put<{ seq: number }>('/duty-tables', set, key),
  substitute: (change: NewOverride, key: string) => post<{ id: string }>('/overrides', change, key),
  takeBack: (change: string, key: string) => request<null>('DELETE', `/overrides/${change}`, undefined, key),
  leaves: () => get<Page<Leave>>('/leaves'),
  takeLeave: (leave: NewLeave, key: string) => post<{ id: string }>('/leaves', leave, key),
  endLeave: (leave: string, key: string) => request<null>('DELETE', `/leaves/${leave}`, undefined, key),
  rotations: (of: string) => get<Page<Rotation>>(`/rotations?${search({ post: of })}`),
  /** What it would change in so many days; changes nothing. */
  previewRotation: (plan: RotationInput, days: number) => post<{ rotation: Rotation; changes: Change[] }>(`/rotations/preview?${search({ days })}`, plan),
  planRotation: (plan: RotationInput, key: string) => post<{ seq: number }>('/rotations', plan, key),
  /** The newest first; `before` is what an earlier page ended with. */
  changes: (query: { area: string; post: string | undefined; before: string | undefined; limit: number }) => get<Page<RosterChange>>(`/roster/changes?${search(query)}`),
  people: (text: string | undefined, area: string, limit: number) => get<Page<Candidate>>(`/people?${search({ q: text, area, limit })}`),
};

/** Whom to call by hand in an area, in order, as a workbook with room to tick them off. */
export function callSheet(area: string): string {
  return `/api/v1/call-sheet.xlsx?${search({ area })}`;
}
