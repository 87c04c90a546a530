/** Duty that changes hands among colleagues, as one who takes part sees it. Pure: `now` is an argument. */

import type { CalloutKind, DutySource, Named, ObligationView, Time } from './protocol';

export interface Stretch {
  from: Time;
  to: Time;
}

export interface Turn extends Stretch {
  post: string;
}

interface Place {
  area: string;
  area_name: string;
  post: string;
  post_title: string;
}

export interface OwnDuty extends Stretch, Place {
  source: DutySource;
  with: Named[];
}

export type Obstacle = 'unknown' | 'on_leave' | 'at_other_post' | 'there_already' | 'unreachable';

export interface Colleague extends Named {
  title: string;
  /** Missing where they can come. */
  obstacle?: Obstacle;
  /** Theirs at the post in the month to come. */
  duties: Stretch[];
}

export type SwapStage = 'asked' | 'taken' | 'approved' | 'refused' | 'nobody' | 'withdrawn' | 'lapsed';

export interface SwapView {
  id: string;
  stage: SwapStage;
  asker: Named;
  turn: Stretch & Place;
  in_return?: Stretch & Place;
  asked: { person: Named; declined: boolean }[];
  taker?: Named;
  reason: string;
  asked_at: Time;
  lapses_at: Time;
  /** My obligation that waits for a yes or a no. */
  answer_by?: string;
  /** I may approve or refuse it. */
  may_decide: boolean;
  may_withdraw: boolean;
}

export interface SwapRequest extends Turn {
  ask?: string[];
  in_return?: Turn;
  reason?: string;
}

/** Whom to ask: everybody who can, or one, perhaps for a duty of theirs. */
export interface Choice {
  colleague?: string;
  inReturn?: Stretch;
}

/** So many that are over are worth a look back. */
const OVER_KEPT = 5;

/** These ask something of me, but no village waits for the answer: I may look elsewhere first. */
const QUIET: ReadonlySet<CalloutKind> = new Set<CalloutKind>(['swap', 'handover', 'notice', 'roster', 'contact_test', 'duty_reminder']);

/** Tells whether `view` may be put off for a look at my duties. */
export function isQuiet(view: Pick<ObligationView, 'kind'>): boolean {
  return QUIET.has(view.kind);
}

/** Returns the posts held for good, and the turns that are not over, the next first. */
export function planOf(duties: readonly OwnDuty[], now: number): { standing: OwnDuty[]; turns: OwnDuty[] } {
  const turns = duties.filter(({ source, to }) => source !== 'permanent' && Date.parse(to) > now);
  return {
    standing: duties.filter(({ source }) => source === 'permanent'),
    turns: turns.sort((a, b) => Date.parse(a.from) - Date.parse(b.from)),
  };
}

export function isOpen(swap: SwapView): boolean {
  return swap.stage === 'asked' || swap.stage === 'taken';
}

/** Returns what already asks for `duty`: a second question would be refused. */
export function openSwapOf(duty: Turn, swaps: readonly SwapView[], me: string): SwapView | undefined {
  return swaps.find((swap) => isOpen(swap) && swap.asker.id === me && swap.turn.post === duty.post && overlap(swap.turn, duty));
}

/** Returns the swaps I take part in: what waits for me first, then what is open, then the last that are over. */
export function swapsOf(swaps: readonly SwapView[], me: string): SwapView[] {
  const own = swaps.filter((swap) => swap.answer_by !== undefined || takesPart(swap, me));
  const waiting = own.filter((swap) => swap.answer_by !== undefined);
  const open = own.filter((swap) => swap.answer_by === undefined && isOpen(swap));
  const over = own.filter((swap) => swap.answer_by === undefined && !isOpen(swap));
  return [...waiting, ...open, ...over.slice(0, OVER_KEPT)];
}

/** Returns which of a colleague's duties could be taken over for `turn`. */
export function inReturnFor(colleague: Colleague, turn: Stretch, now: number): Stretch[] {
  return colleague.duties.filter((duty) => Date.parse(duty.from) > now && !overlap(duty, turn));
}

/** Returns the question as it is sent. */
export function requestOf({ post, from, to }: Turn, { colleague, inReturn }: Choice, reason: string): SwapRequest {
  const why = reason.trim();
  return {
    post, from, to,
    ...(colleague === undefined ? {} : { ask: [colleague] }),
    ...(colleague === undefined || inReturn === undefined ? {} : { in_return: { post, from: inReturn.from, to: inReturn.to } }),
    ...(why === '' ? {} : { reason: why }),
  };
}

function takesPart(swap: SwapView, me: string): boolean {
  return swap.asker.id === me || swap.taker?.id === me || swap.asked.some(({ person }) => person.id === me);
}

function overlap(one: Stretch, other: Stretch): boolean {
  return Date.parse(one.from) < Date.parse(other.to) && Date.parse(other.from) < Date.parse(one.to);
}
