/** What the faces show of a board: order, choice and reckoning, each with `now` as an argument. */

import type { Board } from './board';
import { isOpen } from './board';
import type { AttemptView, CalloutKind, CalloutView, ObligationView, PersonView, RollupRow, Severity, WarningView } from './protocol';

/** Most severe first, as the law orders them. */
export const SEVERITIES: readonly Severity[] = ['red', 'orange', 'yellow', 'blue'];

/** How long somebody may wait before a row is tinted once, twice, fully. */
export const WAIT_LIMITS_MS = [30_000, 60_000, 180_000] as const;

/** How long a callout that has just ended is still shown. */
const ENDED_SHOWN_MS = 60_000;

/** Orders by severity; a drill comes after everything that is in earnest. */
export function bySeverity(
  a: { severity: Severity; drill: boolean; opened_at: string },
  b: { severity: Severity; drill: boolean; opened_at: string },
): number {
  return Number(a.drill) - Number(b.drill)
    || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
    || Date.parse(a.opened_at) - Date.parse(b.opened_at);
}

/** Tells whether a callout only follows from something that is shown elsewhere: an errand, an order, a task. */
export function isFollowing(kind: CalloutKind): boolean {
  return kind !== 'warning' && kind !== 'manual' && kind !== 'spot_check' && kind !== 'alarm';
}

/** Returns the open callouts, and those that ended within the last minute, most severe first; what follows from others after them. */
export function callouts(board: Board, now: number): CalloutView[] {
  return [...board.callouts.values()].filter((one) => isShown(one, now))
    .sort((a, b) => Number(isFollowing(a.kind)) - Number(isFollowing(b.kind)) || bySeverity(a, b));
}

/** Returns the warnings in force: in earnest before drills, most severe and then newest first, uncoloured ones last. */
export function inForce(board: Board): WarningView[] {
  const rank = (warning: WarningView): number => (warning.colour === undefined ? SEVERITIES.length : SEVERITIES.indexOf(warning.colour));
  const isDrill = (warning: WarningView): number => Number(warning.status !== 'actual');
  return [...board.warnings.values()].sort((a, b) =>
    isDrill(a) - isDrill(b) || rank(a) - rank(b) || b.accepted_at.localeCompare(a.accepted_at));
}

/** Returns the callout to show: it turns every `turn_s` only while nothing red or orange is open. */
export function featured(shown: readonly CalloutView[], now: number, turn_s: number): CalloutView | undefined {
  const first = shown[0];
  if (first === undefined) return undefined;
  const holds = !first.drill && (first.severity === 'red' || first.severity === 'orange');
  if (holds || shown.length === 1) return first;
  return shown[Math.floor(now / 1_000 / turn_s) % shown.length];
}

/** Returns the roll-up with unreached areas first, then ringing, then done; by code within each. */
export function townships(callout: CalloutView): RollupRow[] {
  const group = (row: RollupRow): number => (row.unreached > 0 ? 0 : row.ringing > 0 ? 1 : 2);
  return [...callout.rollup].sort((a, b) => group(a) - group(b) || a.area.localeCompare(b.area));
}

/** Returns how many of those who must answer have; who was released from it counts on neither side. */
export function demanded(counts: { total: number; withdrawn: number }): number {
  return counts.total - counts.withdrawn;
}

/** Returns what waits for an answer, most severe and then longest first, as many as fit, and how many more. */
export function waiting(board: Board, room: number): { rows: ObligationView[]; more: number } {
  const rows = [...board.open.items.values()].sort(bySeverity).slice(0, room);
  return { rows, more: Math.max(0, board.open.total - rows.length) };
}

/** Tells whether the list of the waiting has lost its end and runs dry, so that a new one is needed. */
export function runsDry(board: Board, floor: number): boolean {
  return board.open.items.size < floor && board.open.total > board.open.items.size;
}

/** Returns how strongly a wait is to be shown: 0 to 3. */
export function waitTier(waited_ms: number): 0 | 1 | 2 | 3 {
  if (waited_ms >= WAIT_LIMITS_MS[2]) return 3;
  if (waited_ms >= WAIT_LIMITS_MS[1]) return 2;
  return waited_ms >= WAIT_LIMITS_MS[0] ? 1 : 0;
}

/** Returns what I must answer, most severe first, then oldest. */
export function demandsOnMe(board: Board): ObligationView[] {
  return [...board.mine.values()].filter(isOpen).sort(bySeverity);
}

/** Returns the people of the rung that rings now, without those who said that they cannot come. */
export function beingAsked(view: ObligationView): PersonView[] {
  return view.asked.filter((asked) => asked.rung === view.rung && !asked.declined).map((asked) => asked.person);
}

/** Returns the attempt that says most about what happens now: a telephone that rings, else the latest news. */
export function latestAttempt(view: ObligationView): AttemptView | undefined {
  const calls = view.attempts.filter((attempt) => !attempt.notice && attempt.state !== 'dropped');
  const ringing = calls.filter((attempt) => attempt.state === 'started' && attempt.channel === 'voice');
  const begun = calls.filter((attempt) => attempt.started_at !== undefined);
  const newsAt = (attempt: AttemptView): number => Date.parse(attempt.ended_at ?? attempt.started_at ?? '');
  return last(ringing) ?? last([...begun].sort((a, b) => newsAt(a) - newsAt(b))) ?? calls[0];
}

/** Returns by how many milliseconds a callout's last first call will begin too late; nothing when it keeps its target. */
export function missesBy(callout: CalloutView): number | undefined {
  const forecast = callout.forecast;
  if (forecast?.target_at === undefined) return undefined;
  const late = Date.parse(forecast.begun_at) - Date.parse(forecast.target_at);
  return late > 0 ? late : undefined;
}

function last<T>(items: readonly T[]): T | undefined {
  return items[items.length - 1];
}

function isShown(callout: CalloutView, now: number): boolean {
  if (callout.state === 'open') return true;
  return callout.closed_at !== undefined && now - Date.parse(callout.closed_at) < ENDED_SHOWN_MS;
}
