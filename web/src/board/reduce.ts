/**
 * The board after what happened. Total: every kind is handled, an event already seen changes nothing.
 * A batch is applied to one copy, because a red warning opens five hundred obligations at once.
 */

import { areaOfPost, contains } from './area';
import type { Board, Silent } from './board';
import { isOpen } from './board';
import { count, type Move } from './counts';
import {
  areasOf, isDossierEvent, obligationOf, type AboutObligation, type BoardEvent, type DossierEvent, type ObligationEvent,
  type WarningAccepted,
} from './event';
import { isAboutHole, reduceHoles, type HoleEvent } from './hole';
import { isIncidentEvent, type IncidentEvent } from './incident';
import { blankObligation, openObligation, reduceObligation } from './obligation';
import type { CalloutView, HoleView, ObligationView, StateName, Time, WarningView } from './protocol';
import { isAboutSilence, reduceSilences, type SilenceEvent } from './silence';

/** Obligations kept beyond which new ones are only counted: what a snapshot holds at most. */
export const OPEN_CAPACITY = 1_000;
/** How long a closed callout stays on the board, so that a wall can show how it ended. */
const CLOSED_KEPT_MS = 10 * 60_000;

/** The part of the board that events change, copied once per batch. */
interface Draft {
  seq: number;
  at: Time;
  viewer: string;
  person: string | undefined;
  names: Map<string, string>;
  warnings: Map<string, WarningView>;
  callouts: Map<string, CalloutView>;
  total: number;
  items: Map<string, ObligationView>;
  mine: Map<string, ObligationView>;
  silences: Silent;
  holes: ReadonlyMap<string, HoleView>;
  dutyChanges: number;
}

/** Returns the board after `event`; one already seen changes nothing. */
export function reduce(board: Board, event: BoardEvent): Board {
  return reduceAll(board, [event]);
}

/** Returns the board after `events`, in their order. */
export function reduceAll(board: Board, events: readonly BoardEvent[]): Board {
  if (events.every((event) => event.seq <= board.seq)) return board;
  const draft = thaw(board);
  for (const event of events) {
    if (event.seq <= draft.seq) continue;
    draft.seq = event.seq;
    draft.at = event.at;
    for (const [id, name] of Object.entries(event.names)) draft.names.set(id, name);
    apply(draft, event);
  }
  const { viewer: _viewer, person: _person, total, items, ...rest } = draft;
  return { ...board, ...rest, open: { total, items } };
}

function apply(draft: Draft, event: BoardEvent): void {
  if (isAboutLack(event)) return lack(draft, event);
  if (isElsewhere(event)) return undefined;
  switch (event.kind) {
    case 'warning_accepted':
      return acceptWarning(draft, event.data, event.at);
    case 'warning_ended':
      draft.warnings.delete(event.data.id);
      return undefined;
    case 'callout_opened':
      return openCallout(draft, event);
    case 'callout_revised':
      return reviseCallout(draft, event);
    case 'callout_closed':
      return closeCallout(draft, event.data.id, event.at);
    case 'callout_reopened':
      return reopenCallout(draft, event.data.id);
    case 'quorum_met':
      return man(draft, event.data.callout, event.data.area);
    case 'obligation_opened':
      return open(draft, event);
    case 'obligation_answered':
      return settle(draft, event, 'answered');
    case 'obligation_withdrawn':
      return settle(draft, event, 'withdrawn');
    case 'obligation_unreached':
      reopen(draft, event.data, event.data.was, 'unreached', event.at);
      return change(draft, event);
    case 'obligation_escalated':
      reopen(draft, event.data, event.data.was ?? 'ringing', 'ringing', event.at);
      return change(draft, event);
    case 'obligation_moved':
    case 'obligation_declined':
    case 'obligation_handed_on':
    case 'obligation_told':
    case 'attempt_started':
    case 'attempt_repeated':
    case 'attempt_recorded':
      return change(draft, event);
    case 'roster_changed':
      draft.dutyChanges += 1;
      return undefined;
    default:
      return unreachable(event);
  }
}

type LackEvent = SilenceEvent | HoleEvent;

/** Tells whether `event` may change who is silent or what is bare. */
function isAboutLack(event: BoardEvent): event is LackEvent {
  return isAboutSilence(event) || isAboutHole(event);
}

function lack(draft: Draft, event: LackEvent): void {
  if (isAboutHole(event)) draft.holes = reduceHoles(draft.holes, event, draft.names);
  else draft.silences = reduceSilences(draft.silences, event, draft.names);
}

const ELSEWHERE = [
  'gauge_crossed', 'map_changed', 'responses_changed', 'evacuation_changed', 'hot_spots_changed', 'reports_changed',
  'supplies_changed', 'unknown',
] as const;

type ElsewhereKind = (typeof ELSEWHERE)[number];

/** Events of what the board does not hold: whoever shows that asks for it. */
function isElsewhere(
  event: BoardEvent,
): event is DossierEvent | IncidentEvent | Extract<BoardEvent, { kind: ElsewhereKind }> {
  return isDossierEvent(event) || isIncidentEvent(event) || (ELSEWHERE as readonly string[]).includes(event.kind);
}

function acceptWarning(draft: Draft, data: WarningAccepted, at: Time): void {
  if (data.life.state !== 'active') return;
  const { message } = data;
  draft.warnings.set(data.id, {
    id: data.id,
    identifier: message.identifier,
    sender: message.sender,
    event: message.event,
    headline: message.headline,
    description: message.description ?? '',
    instruction: message.instruction ?? '',
    sent: message.sent,
    effective: message.effective,
    status: message.status,
    state: 'active',
    areas: areasOf(data.extent),
    notes: message.notes ?? [],
    accepted_at: at,
    ...(message.event_code ? { event_code: message.event_code } : {}),
    ...(message.colour ? { colour: message.colour } : {}),
    ...(message.expires ? { expires: message.expires } : {}),
    ...(data.callout === undefined ? {} : { callout: data.callout }),
  });
}

function openCallout(draft: Draft, { data, at }: Extract<BoardEvent, { kind: 'callout_opened' }>): void {
  draft.callouts.set(data.id, {
    id: data.id,
    kind: data.kind,
    subject: data.subject,
    text: data.text ?? '',
    severity: data.severity,
    drill: data.drill,
    opened_at: at,
    state: 'open',
    policy: data.policy,
    policy_title: '',
    areas: areasOf(data.extent),
    total: 0, answered: 0, ringing: 0, unreached: 0, withdrawn: 0,
    rollup: [],
    ...(data.warning === undefined ? {} : { warning: data.warning }),
    ...(data.parent === undefined ? {} : { parent: data.parent }),
  });
  const warning = data.warning === undefined ? undefined : draft.warnings.get(data.warning);
  if (warning !== undefined) draft.warnings.set(warning.id, { ...warning, callout: data.id });
}

function reviseCallout(draft: Draft, { data }: Extract<BoardEvent, { kind: 'callout_revised' }>): void {
  const callout = draft.callouts.get(data.id);
  const { subject, text, severity, extent, policy, warning } = data;
  if (callout !== undefined) {
    draft.callouts.set(data.id, { ...callout, subject, text, severity, areas: areasOf(extent), policy, warning });
  }
  for (const views of [draft.items, draft.mine]) {
    for (const view of views.values()) {
      if (view.callout === data.id) views.set(view.id, { ...view, subject, text, severity });
    }
  }
}

/** A callout that closed too long ago to be known here comes with a new snapshot (see `live`). */
function reopenCallout(draft: Draft, id: string): void {
  const callout = draft.callouts.get(id);
  if (callout === undefined) return;
  const { closed_at: _closed, ...rest } = callout;
  draft.callouts.set(id, { ...rest, state: 'open' });
}

function closeCallout(draft: Draft, id: string, at: Time): void {
  const callout = draft.callouts.get(id);
  if (callout !== undefined) draft.callouts.set(id, { ...callout, state: 'closed', closed_at: at });
  for (const old of draft.callouts.values()) {
    if (old.closed_at !== undefined && Date.parse(at) - Date.parse(old.closed_at) > CLOSED_KEPT_MS) {
      draft.callouts.delete(old.id);
    }
  }
}

function man(draft: Draft, id: string, area: string): void {
  const callout = draft.callouts.get(id);
  if (callout === undefined) return;
  const rollup = callout.rollup.map((row) => (row.area === area ? { ...row, manned: true } : row));
  draft.callouts.set(id, { ...callout, rollup });
}

function open(draft: Draft, event: Extract<BoardEvent, { kind: 'obligation_opened' }>): void {
  const { data } = event;
  const area = areaOfPost(data.post);
  move(draft, data.callout, { area, to: 'ringing' });
  const callout = draft.callouts.get(data.callout);
  if (callout === undefined) return;
  const door = data.about === undefined ? undefined : draft.items.get(data.about);
  const view = openObligation(data, event.at, callout, draft.names, door);
  // A call may have brought a fuller view of it already.
  if (asksMe(draft, data.step.people) && !draft.mine.has(view.id)) draft.mine.set(view.id, view);
  wait(draft, view);
}

/** Counts an obligation that was or becomes open again; what was settled is no longer known here. */
function reopen(draft: Draft, data: AboutObligation, was: StateName, to: StateName, at: Time): void {
  move(draft, data.callout, { area: areaOfPost(data.post), from: was, to });
  const callout = draft.callouts.get(data.callout);
  if (was === 'ringing' || was === 'unreached' || callout === undefined) return;
  wait(draft, draft.mine.get(data.id) ?? blankObligation(data, at, callout, draft.names));
}

/** Puts an obligation at the end of those that wait. */
function wait(draft: Draft, view: ObligationView): void {
  if (!contains(draft.viewer, view.area)) return;
  // A cut list ends before the newest: those that it does not hold wait longer than this one.
  if (draft.items.size === draft.total && draft.items.size < OPEN_CAPACITY) draft.items.set(view.id, view);
  draft.total += 1;
}

function settle(
  draft: Draft, event: Extract<BoardEvent, { kind: 'obligation_answered' | 'obligation_withdrawn' }>, to: StateName,
): void {
  const { id, callout, post, was } = event.data;
  const area = areaOfPost(post);
  move(draft, callout, { area, from: was, to });
  change(draft, event);
  draft.items.delete(id);
  const wasOpen = was === 'ringing' || was === 'unreached';
  if (wasOpen && contains(draft.viewer, area)) draft.total = Math.max(draft.total - 1, draft.items.size);
}

/** Changes the obligation wherever it is shown, and makes it mine when it asks me now. */
function change(draft: Draft, event: ObligationEvent): void {
  const id = obligationOf(event) ?? '';
  const held = draft.items.get(id);
  const view = held === undefined ? undefined : reduceObligation(held, event, draft.names);
  if (view !== undefined) draft.items.set(id, view);
  const own = draft.mine.get(id);
  if (own !== undefined) keepMine(draft, reduceObligation(own, event, draft.names), event);
  else if (view !== undefined && isOpen(view) && newlyAsksMe(draft, event)) draft.mine.set(id, view);
}

function keepMine(draft: Draft, view: ObligationView, event: ObligationEvent): void {
  const person = draft.person ?? '';
  const left = (event.kind === 'obligation_moved' && event.data.gone.includes(person))
    || (event.kind === 'obligation_declined' && event.data.person === person);
  if (left) draft.mine.delete(view.id);
  else draft.mine.set(view.id, view);
}

function newlyAsksMe(draft: Draft, event: ObligationEvent): boolean {
  const rings = event.kind === 'obligation_escalated' || event.kind === 'obligation_moved';
  return rings && asksMe(draft, event.data.step.people);
}

function asksMe(draft: Draft, people: readonly string[]): boolean {
  return draft.person !== undefined && people.includes(draft.person);
}

function move(draft: Draft, id: string, moved: Move): void {
  const callout = draft.callouts.get(id);
  if (callout === undefined) return;
  const nameOf = (area: string): string => draft.names.get(area) ?? area;
  draft.callouts.set(id, count(callout, moved, draft.viewer, nameOf));
}

function thaw(board: Board): Draft {
  return {
    seq: board.seq,
    at: board.at,
    viewer: board.me.area,
    person: board.me.person?.id,
    names: new Map(board.names),
    warnings: new Map(board.warnings),
    callouts: new Map(board.callouts),
    total: board.open.total,
    items: new Map(board.open.items),
    mine: new Map(board.mine),
    silences: board.silences,
    holes: board.holes,
    dutyChanges: board.dutyChanges,
  };
}

function unreachable(value: never): never {
  throw new Error(`unhandled event: ${JSON.stringify(value)}`);
}
