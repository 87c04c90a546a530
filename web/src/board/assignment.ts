/** Units that are sent to incidents: how far each has come, and what is to be looked at first. */

import type { Point } from './incident';
import type { PersonView, StateName, Time } from './protocol';

export type AssignmentStatus =
  | 'ordered' | 'accepted' | 'declined' | 'en_route' | 'on_scene' | 'done' | 'recalled' | 'returned';

export interface Stop {
  status: AssignmentStatus;
  at: Time;
  by: string;
  note: string;
}

export interface AssignmentView {
  id: string;
  unit: string;
  unit_name: string;
  unit_kind?: string;
  contact?: PersonView;
  incident: string;
  incident_title: string;
  area: string;
  order: string;
  need: string;
  /** The need as people read it. */
  need_zh: string;
  need_en: string;
  to?: Point;
  status: AssignmentStatus;
  since: Time;
  next: AssignmentStatus[];
  eta?: Time;
  back_at?: Time;
  /** When it is asked how it stands. */
  watch_at?: Time;
  stalls: number;
  obligation: string;
  /** How the call with the order stands. */
  answer?: StateName;
  course: Stop[];
}

/** In the order in which a mission goes; what is over comes last. */
const ORDER: readonly AssignmentStatus[] = [
  'ordered', 'accepted', 'en_route', 'on_scene', 'done', 'recalled', 'declined', 'returned',
];

/** Tells whether the unit is not free for anything else. */
export function binds(status: AssignmentStatus): boolean {
  return status === 'ordered' || status === 'accepted' || status === 'en_route' || status === 'on_scene';
}

/** Tells whether somebody has to ask what is the matter: it has been too long in its status, or nobody was reached. */
export function isStalled(one: AssignmentView, now: number): boolean {
  if (!binds(one.status)) return false;
  const late = one.watch_at !== undefined && Date.parse(one.watch_at) < now;
  return late || one.stalls > 0 || (one.status === 'ordered' && one.answer === 'unreached');
}

/** Orders assignments: stalled ones first, then by how far they have come, then by time. */
export function inHandFirst(now: number): (a: AssignmentView, b: AssignmentView) => number {
  return (a, b) => Number(isStalled(b, now)) - Number(isStalled(a, now))
    || ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.since.localeCompare(b.since);
}

/** Returns the step that a unit's page shows large: the one that comes next, leaving none out. */
export function nextStep(status: AssignmentStatus): AssignmentStatus | undefined {
  switch (status) {
    case 'ordered': return 'accepted';
    case 'accepted': return 'en_route';
    case 'en_route': return 'on_scene';
    case 'on_scene': return 'done';
    case 'done':
    case 'recalled': return 'returned';
    case 'declined':
    case 'returned': return undefined;
  }
}
