/** Incidents as the server tells them, and how pages order and read them. No clock: `now` is an argument. */

import type { AssignmentView } from './assignment';
import type { BoardEvent } from './event';
import type { Severity, Time } from './protocol';
import { SEVERITIES } from './select';
import type { TaskView } from './task';

export type IncidentStage = 'received' | 'verified' | 'handling' | 'unfounded' | 'closed';
export type Way = 'phone' | 'web' | 'api' | 'radio' | 'in_person' | 'document';

/** Longitude and latitude, WGS-84. */
export type Point = readonly [number, number];

/** People; a number that is missing is one that nobody knows. */
export interface Casualties {
  dead?: number;
  injured?: number;
  missing?: number;
  trapped?: number;
}

/** Who reported it. Name and telephone are missing for whoever may not see them. */
export interface Source {
  way: Way;
  unit?: string;
  name?: string;
  phone?: string;
}

/** What is told of an incident, each in free words. */
export const ACCOUNTS = ['course', 'cause', 'trend', 'extent', 'loss', 'measures', 'requests', 'leaders', 'commander'] as const;
export type Account = (typeof ACCOUNTS)[number];

export interface IncidentView {
  id: string;
  title: string;
  stage: IncidentStage;
  open: boolean;
  drill: boolean;
  revision: number;
  kind: string;
  kind_name: string;
  /** 1 to 4. */
  level?: number;
  colour?: Severity;
  sensitive: boolean;
  received_at: Time;
  occurred: { at: Time; about?: boolean };
  area: string;
  area_name: string;
  address: string;
  point?: Point;
  casualties: Casualties;
  /** The incident that it is another report of. */
  main?: string;
  units: number;
  on_scene: number;
  tasks: number;
  overdue: number;
  changed_at: Time;
  changed_by: string;
}

export interface Note {
  at: Time;
  by: string;
  text: string;
}

export interface IncidentDetail extends IncidentView, Record<Account, string> {
  source: Source;
  taken_by: string;
  taken_at: Time;
  linked: string[];
  notes: Note[];
  assignments: AssignmentView[];
  task_list: TaskView[];
}

/** What is sent of an incident, new or changed. */
export interface IncidentInput extends Partial<Record<Account, string>> {
  kind: string;
  level?: number;
  sensitive?: boolean;
  received_at?: Time;
  occurred_at?: Time;
  occurred_about?: boolean;
  area?: string;
  address: string;
  point?: Point;
  source: Source;
  casualties: Casualties;
  drill?: boolean;
}

/** Orders incidents: open first, in earnest before drills, the gravest and then the longest known first. */
export function gravestFirst(a: IncidentView, b: IncidentView): number {
  const rank = ({ colour }: IncidentView): number => (colour === undefined ? SEVERITIES.length : SEVERITIES.indexOf(colour));
  return Number(b.open) - Number(a.open) || Number(a.drill) - Number(b.drill) || rank(a) - rank(b)
    || Date.parse(a.received_at) - Date.parse(b.received_at);
}

/** Returns the stages that may follow, in the order of their keys. */
export function stagesAfter(stage: IncidentStage): IncidentStage[] {
  switch (stage) {
    case 'received': return ['verified', 'handling', 'unfounded', 'closed'];
    case 'verified': return ['handling', 'unfounded', 'closed'];
    case 'handling': return ['unfounded', 'closed'];
    case 'unfounded':
    case 'closed': return ['handling'];
  }
}

/** Returns an incident as it is sent back unchanged. */
export function inputOf(known: IncidentDetail): IncidentInput {
  const accounts = Object.fromEntries(ACCOUNTS.map((one) => [one, known[one]])) as Record<Account, string>;
  return {
    ...accounts, kind: known.kind, sensitive: known.sensitive, received_at: known.received_at,
    occurred_at: known.occurred.at, occurred_about: known.occurred.about === true,
    area: known.area, address: known.address, source: known.source, casualties: known.casualties,
    ...(known.level === undefined ? {} : { level: known.level }), ...(known.point === undefined ? {} : { point: known.point }),
  };
}

/** Returns which fields differ between what somebody began from and what is known now. */
export function changedFields(before: IncidentInput, after: IncidentInput): (keyof IncidentInput)[] {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof IncidentInput>;
  return [...fields].filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
}

/**
 * Returns what I wrote over what others have changed meanwhile, and which fields we both changed: of those mine is kept,
 * and a person has to look.
 */
export function merge(
  base: IncidentInput, mine: IncidentInput, theirs: IncidentInput,
): { merged: IncidentInput; both: (keyof IncidentInput)[]; theirs: (keyof IncidentInput)[] } {
  const own = changedFields(base, mine);
  const others = changedFields(base, theirs);
  const kept = Object.fromEntries(own.map((field) => [field, mine[field]]));
  return { merged: { ...theirs, ...kept }, both: own.filter((field) => others.includes(field)), theirs: others };
}

/** Tells whether `event` changes an incident, who is sent to it, or what is to be done for it. */
export function isIncidentEvent(event: BoardEvent): event is IncidentEvent {
  return (OF_INCIDENTS as readonly string[]).includes(event.kind);
}

const OF_INCIDENTS = ['incident_received', 'assignment_advanced', 'assignment_stalled', 'incidents_changed'] as const;

export type IncidentEvent = Extract<BoardEvent, { kind: (typeof OF_INCIDENTS)[number] }>;
