/** Duty that changes hands as the desk sees it: swaps that wait for a word, posts that somebody has to sign for. Pure. */

import type { Named, Time } from './protocol';
import type { PostPlace } from './roster';
import { isOpen as isSwapOpen, type SwapView } from './swap';

export const SIDES = ['outgoing', 'incoming'] as const;
export type Side = (typeof SIDES)[number];

export const MATTERS = ['callouts', 'incidents', 'tasks', 'reports', 'responses'] as const;
export type MatterKind = (typeof MATTERS)[number];

export interface Matter {
  id: string;
  title: string;
}

/** What is open when a post is handed over, newest first. */
export type Matters = Record<MatterKind, readonly Matter[]> & {
  /** Posts that nobody has reached. */
  unreached: number;
  left_off: number;
};

export interface Signature {
  at: Time;
  /** The login by which it came. */
  by: string;
  person?: Named;
  note: string;
  /** What was open then. */
  matters: Matters;
}

/** `passed`: the next change came before both had signed. */
export type HandoverState = 'early' | 'unsigned' | 'signed' | 'passed';

export interface Handover extends PostPlace {
  id: string;
  /** When the shift changes. */
  at: Time;
  state: HandoverState;
  outgoing: readonly Named[];
  incoming: readonly Named[];
  handed?: Signature;
  taken?: Signature;
}

export interface SignRequest {
  post: string;
  side: Side;
  /** Left out where it is my own. */
  person?: string;
  note: string;
}

/** Somebody whose signature is missing. */
export interface Signer {
  side: Side;
  person: Named;
}

/** What lapses within this has to be decided now. */
const SOON_MS = 2 * 3_600_000;

/** Tells whether I ask for it or take it. */
export function isPartOf(swap: SwapView, me: string | undefined): boolean {
  return me !== undefined && (swap.asker.id === me || swap.taker?.id === me);
}

/** Returns the open swaps, those that wait for approval first, then by how soon the duty begins. */
export function waitingFirst(swaps: readonly SwapView[]): SwapView[] {
  const rank = (swap: SwapView): number => (swap.stage === 'taken' ? 0 : 1);
  return swaps.filter(isSwapOpen).sort((a, b) => rank(a) - rank(b) || Date.parse(a.turn.from) - Date.parse(b.turn.from) || a.id.localeCompare(b.id));
}

export function lapsesSoon(swap: SwapView, now: number): boolean {
  return Date.parse(swap.lapses_at) - now < SOON_MS;
}

export function isOpen({ state }: Handover): boolean {
  return state === 'early' || state === 'unsigned';
}

export function signatureOf(handover: Handover, side: Side): Signature | undefined {
  return side === 'outgoing' ? handover.handed : handover.taken;
}

/** Tells whether nobody who came has signed, so that calls ring those who went as well for a while. */
export function isUntaken({ state, taken }: Handover): boolean {
  return state === 'unsigned' && taken === undefined;
}

/** Returns the open ones: those of my own area first, then those for which nobody has signed yet, the oldest change first. */
export function unsignedFirst(handovers: readonly Handover[], area: string): Handover[] {
  const rank = (one: Handover): number => (one.area === area ? 0 : 4) + (isUntaken(one) ? 0 : 1) + (one.state === 'early' ? 1 : 0);
  return handovers.filter(isOpen).sort((a, b) => rank(a) - rank(b) || Date.parse(a.at) - Date.parse(b.at) || a.post.localeCompare(b.post));
}

/** Returns whose signatures I may give: my own, and everybody's where I sign for others. Mine stand first. */
export function signersOf(handover: Handover, me: string | undefined, forOthers: boolean): Signer[] {
  if (!isOpen(handover)) return [];
  const missing = SIDES.filter((side) => signatureOf(handover, side) === undefined);
  const all = missing.flatMap((side) => handover[side].map((person): Signer => ({ side, person })));
  const own = all.filter(({ person }) => person.id === me);
  return forOthers ? [...own, ...all.filter(({ person }) => person.id !== me)] : own;
}

/** Returns what was open when it was signed for, as whoever came saw it, else as whoever went did. */
export function mattersOf({ handed, taken }: Handover): Matters | undefined {
  return taken?.matters ?? handed?.matters;
}

/** Returns how much of all kinds is open. */
export function countOf(matters: Matters): number {
  return MATTERS.reduce((sum, kind) => sum + matters[kind].length, matters.left_off);
}
