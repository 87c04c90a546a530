/**
 * The journal's events as pages read them: one type per kind, with only the fields a page uses.
 * A kind this page does not know, from a newer server, becomes `unknown` and only moves the sequence.
 */

import type { AssignmentStatus } from './assignment';
import type {
  CalloutKind, Channel, Difference, EscalateReason, EventFrame, LifeState, Outcome, Severity, SkippedView, StateName,
  Time, Via, WarningStatus, Whereabouts, WithdrawReason,
} from './protocol';

export interface Planned {
  number: number;
  person: string;
  channel: Channel;
  ordinal?: number;
  notice?: boolean;
}

export interface Step {
  rung: number;
  people: string[];
  attempts: Planned[];
  due_at: Time;
  skipped?: SkippedView[];
}

/** Who now has to reach the post; `to` is missing only while the county has nobody at all. */
export interface Handed {
  to: string | null;
  by: Time;
}

/** `partly`: these, but not what lies in them. */
export interface Extent {
  whole: string[];
  partly?: string[];
}

export interface WarningAccepted {
  id: string;
  message: {
    identifier: string;
    sender: string;
    sent: Time;
    status: WarningStatus;
    event: string;
    event_code?: string | null;
    colour?: Severity | null;
    headline: string;
    description?: string;
    instruction?: string;
    effective: Time;
    expires?: Time | null;
    notes?: string[];
  };
  extent: Extent;
  life: { state: LifeState };
  callout?: string;
}

export interface CalloutOpened {
  id: string;
  kind: CalloutKind;
  subject: string;
  text?: string;
  severity: Severity;
  drill: boolean;
  extent: Extent;
  policy: string;
  warning?: string;
  parent?: string;
}

export interface CalloutRevised {
  id: string;
  warning: string;
  change: 'upgraded' | 'downgraded' | 'hazard_changed' | 'area_changed' | 'repeated';
  subject: string;
  text: string;
  severity: Severity;
  extent: Extent;
  policy: string;
}

/** What every event about an obligation says. */
export interface AboutObligation {
  id: string;
  callout: string;
  post: string;
}

export interface ObligationOpened extends AboutObligation {
  task?: string;
  about?: string;
  replaces?: string;
  step: Step;
}

export interface EventAnswer {
  person?: string;
  name?: string;
  entered_by?: string;
  via: Via;
  late: boolean;
  note?: string;
  whereabouts?: Whereabouts;
}

export interface AboutAttempt {
  /** `o-345.2`: the obligation and the attempt's number there. */
  id: string;
  callout: string;
  person: string;
  channel: Channel;
}

/** A gauge by its id, or a source by its name. */
export type Voice = { gauge: string } | { source: string };

export interface AboutSilence {
  voice: Voice;
  area: string;
  heard_at: Time;
  callout?: string;
}

/** Where a warned area has no unit near, and for what. */
export interface AboutHole {
  area: string;
  ability: string;
  drill?: boolean;
}

export interface HoleOpened extends AboutHole {
  zh: string;
  en: string;
  within_s: number;
  nearest?: { unit: string; eta_s: number };
  since: Time;
  callout?: string;
}

/** What every event about a bulletin says. */
export interface AboutBulletin {
  id: string;
  warning: string;
}

/** What every event about a unit that is sent somewhere says. */
export interface AboutAssignment {
  id: string;
  unit: string;
  incident: string;
}

/** Payloads by kind. */
interface Kinds {
  warning_accepted: WarningAccepted;
  /** Another source tells of it. */
  warning_witnessed: { id: string; differs?: Difference[]; callout?: string };
  warning_ended: { id: string; life: { state: LifeState } };
  suggestion_decided: { warning: string; taken: string[]; note?: string };
  /** What warnings suggest may be different now: ask again. */
  suggestion_rules_adopted: Record<never, never>;
  bulletin_drafted: AboutBulletin;
  bulletin_issued: AboutBulletin & { number?: { year: number; ordinal: number } };
  bulletin_refused: AboutBulletin & { reason: string };
  callout_opened: CalloutOpened;
  callout_revised: CalloutRevised;
  callout_closed: { id: string; reason: 'complete' | 'cancelled' | 'expired' | 'superseded' | 'by_hand' };
  /** Somebody who had answered cannot come after all. */
  callout_reopened: { id: string };
  quorum_met: { callout: string; area: string };
  obligation_opened: ObligationOpened;
  /** `was` is other than ringing only where somebody who had answered cannot come after all. */
  obligation_escalated: AboutObligation & { was?: StateName; from: number; reason: EscalateReason; step: Step };
  obligation_moved: AboutObligation & { gone: string[]; step: Step };
  obligation_declined: AboutObligation & { person: string };
  obligation_answered: AboutObligation & { was: StateName; answer: EventAnswer };
  obligation_unreached: AboutObligation & {
    was: StateName; reason: EscalateReason; handed: Handed; skipped?: SkippedView[];
  };
  obligation_handed_on: AboutObligation & { handed: Handed };
  obligation_withdrawn: AboutObligation & { was: StateName; reason: WithdrawReason; notices?: Planned[] };
  obligation_told: AboutObligation & { notices: Planned[] };
  attempt_started: AboutAttempt;
  attempt_repeated: AboutAttempt;
  attempt_recorded: AboutAttempt & { outcome: Outcome; retry?: Planned };
  /** A gauge has reached a threshold or fallen below one; what it shows is asked for. */
  gauge_crossed: { gauge: string; exercise?: boolean };
  silence_began: AboutSilence;
  silence_ended: AboutSilence;
  coverage_hole_opened: HoleOpened;
  coverage_hole_closed: AboutHole & { why: 'covered' | 'warning_over' };
  /** A site is no more: nobody waits to hear it. */
  site_removed: { id: string };
  incident_received: { id: string; particulars?: { level?: number; place: { address?: string } } };
  assignment_advanced: AboutAssignment & { to: AssignmentStatus; note?: string };
  assignment_stalled: AboutAssignment;
  /** Of incidents, who is sent to them or what is to be done for them something else is so now: ask again. */
  incidents_changed: Record<never, never>;
  /** Somebody else may be on duty now: ask again. */
  roster_changed: Record<never, never>;
  /** What the county responds with, or what is proposed, may be different now: ask again. */
  responses_changed: Record<never, never>;
  /** What stands on the map, who the units are, or which roads can be passed may be different now: ask again. */
  map_changed: Record<never, never>;
  /** People are being moved, or shelters are fuller or emptier: ask again. */
  evacuation_changed: Record<never, never>;
  /** What is promised, on its way or back in depots, or the paper for it: ask again. What lies there changes the map too. */
  supplies_changed: Record<never, never>;
  /** What is due to the levels above, what has been reported, or what townships answer may be different now: ask again. Of one incident where it says so. */
  reports_changed: { incident?: string };
  /** Satellites see something, or somebody has looked: ask again. */
  hot_spots_changed: Record<never, never>;
  unknown: Record<never, never>;
}

export interface Stamp {
  seq: number;
  at: Time;
  names: Record<string, string>;
}

/** What has happened, with its place in the journal. */
export type BoardEvent = { [K in keyof Kinds]: Stamp & { kind: K; data: Kinds[K] } }[keyof Kinds];

/** The events that carry an obligation's id, as those who show one obligation follow them. */
export type ObligationEvent = Extract<BoardEvent, { kind: `obligation_${string}` | `attempt_${string}` }>;

const ROSTER_KINDS = new Set([
  'area_saved', 'person_saved', 'post_saved', 'rotation_set', 'duty_table_set', 'override_added',
  'override_removed', 'calendar_adopted', 'policies_adopted', 'leave_taken', 'leave_ended',
  'swap_asked', 'swap_declined', 'swap_taken', 'swap_ended',
  'post_watched', 'handover_opened', 'handover_signed',
  'roster_flaw_found', 'roster_flaw_mended', 'reinforcement_sent', 'reinforcement_declined',
]);

const MAP_KINDS = new Set([
  'unit_saved', 'unit_removed', 'site_saved', 'stock_counted',
  'supply_issued', 'supply_received', 'supply_returned', 'road_closed', 'road_opened',
]);

const RESPONSE_KINDS = new Set([
  'plans_adopted', 'response_proposed', 'response_proposal_decided', 'response_started', 'response_levelled',
  'response_ticked', 'response_ended',
]);

const EVACUATION_KINDS = new Set([
  'evacuation_ordered', 'evacuation_ended', 'transfer_ordered', 'transfer_progressed', 'transfer_ended',
  'transfer_returning', 'transfer_returned', 'shelter_counted',
]);

/** Those of supplies that change nothing on the map. */
const SUPPLY_KINDS = new Set([
  'supply_rules_adopted', 'supply_held', 'supply_dispatched', 'supply_written_off', 'supply_released', 'supply_paper_due',
  'supply_paper_given', 'supply_paper_overdue',
]);

const REPORT_KINDS = new Set([
  'report_rules_adopted', 'report_clock_started', 'report_clock_met', 'report_clock_dropped', 'reported_by_phone',
  'report_drafted', 'report_edited', 'report_checked', 'report_signed', 'report_returned', 'report_sent',
  'report_dropped', 'cadence_started', 'cadence_ended', 'round_opened', 'round_returned',
]);

const HOT_SPOT_KINDS = new Set(['hot_spot_found', 'hot_spot_seen_again', 'hot_spot_settled']);

const INCIDENT_KINDS = new Set([
  'incident_edited', 'incident_advanced', 'incident_linked', 'incident_noted', 'unit_assigned', 'unit_readied',
  'task_given', 'task_signed', 'task_progressed', 'task_done', 'task_reminded', 'task_withdrawn',
]);

const KNOWN: { [K in keyof Kinds]: true } = {
  warning_accepted: true, warning_witnessed: true, warning_ended: true,
  suggestion_decided: true, suggestion_rules_adopted: true,
  bulletin_drafted: true, bulletin_issued: true, bulletin_refused: true,
  callout_opened: true, callout_revised: true,
  callout_closed: true, callout_reopened: true, quorum_met: true, obligation_opened: true, obligation_escalated: true,
  obligation_moved: true, obligation_declined: true, obligation_answered: true,
  obligation_unreached: true, obligation_handed_on: true, obligation_withdrawn: true,
  obligation_told: true, attempt_started: true, attempt_repeated: true, attempt_recorded: true,
  gauge_crossed: true, silence_began: true, silence_ended: true, site_removed: true,
  coverage_hole_opened: true, coverage_hole_closed: true,
  incident_received: true, assignment_advanced: true, assignment_stalled: true, incidents_changed: true,
  roster_changed: true, responses_changed: true, map_changed: true, evacuation_changed: true, hot_spots_changed: true,
  reports_changed: true, supplies_changed: true,
  unknown: true,
};

const OF_DOSSIERS = [
  'warning_witnessed', 'suggestion_decided', 'suggestion_rules_adopted', 'bulletin_drafted', 'bulletin_issued', 'bulletin_refused',
] as const;

/** What people and sources make of a warning, beside what it says. */
export type DossierEvent = Extract<BoardEvent, { kind: (typeof OF_DOSSIERS)[number] }>;

/** Reads a frame into an event. The only place that trusts `data` to be what its kind says. */
export function readEvent(frame: EventFrame): BoardEvent {
  const stamp: Stamp = { seq: frame.seq, at: frame.at, names: frame.names ?? {} };
  if (ROSTER_KINDS.has(frame.kind)) return { ...stamp, kind: 'roster_changed', data: {} };
  if (RESPONSE_KINDS.has(frame.kind)) return { ...stamp, kind: 'responses_changed', data: {} };
  if (MAP_KINDS.has(frame.kind)) return { ...stamp, kind: 'map_changed', data: {} };
  if (EVACUATION_KINDS.has(frame.kind)) return { ...stamp, kind: 'evacuation_changed', data: {} };
  if (SUPPLY_KINDS.has(frame.kind)) return { ...stamp, kind: 'supplies_changed', data: {} };
  if (REPORT_KINDS.has(frame.kind)) return { ...stamp, kind: 'reports_changed', data: aboutOf(frame.data) };
  if (HOT_SPOT_KINDS.has(frame.kind)) return { ...stamp, kind: 'hot_spots_changed', data: {} };
  if (INCIDENT_KINDS.has(frame.kind)) return { ...stamp, kind: 'incidents_changed', data: {} };
  if (!Object.prototype.hasOwnProperty.call(KNOWN, frame.kind)) return { ...stamp, kind: 'unknown', data: {} };
  return { ...stamp, kind: frame.kind, data: frame.data } as BoardEvent;
}

/** Returns which incident is meant; rounds are about none. */
function aboutOf(data: unknown): { incident?: string } {
  return typeof data === 'object' && data !== null && 'incident' in data && typeof data.incident === 'string' ? { incident: data.incident } : {};
}

/** Returns every area of an extent. */
export function areasOf(extent: Extent): string[] {
  return [...extent.whole, ...(extent.partly ?? [])];
}

/** Returns the obligation that `event` is about, or nothing where it is about something else. */
export function obligationOf(event: BoardEvent): string | undefined {
  if (isObligationEvent(event)) {
    return event.kind.startsWith('attempt_') ? obligationOfAttempt(event.data.id) : event.data.id;
  }
  return undefined;
}

/** Tells whether `event` changes one obligation. */
export function isObligationEvent(event: BoardEvent): event is ObligationEvent {
  return event.kind.startsWith('obligation_') || event.kind.startsWith('attempt_');
}

/** Returns the obligation part of an attempt's id. */
export function obligationOfAttempt(attempt: string): string {
  return attempt.slice(0, attempt.lastIndexOf('.'));
}

/** Tells whether `event` changes what is known, suggested or told of warnings, which the board does not hold. */
export function isDossierEvent(event: BoardEvent): event is DossierEvent {
  return (OF_DOSSIERS as readonly string[]).includes(event.kind);
}
