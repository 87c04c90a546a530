/** What the public is told of a warning, as `GET /bulletins` tells it, and how each outlet counts its text. Pure. */

import type { Time, WarningStatus } from './protocol';

export const OUTLETS = ['sms', 'loudspeaker', 'banner'] as const;
export type Outlet = (typeof OUTLETS)[number];
export type Texts = Partial<Record<Outlet, string>>;

/** A text as the county's templates word it. */
export interface TextView {
  outlet: Outlet;
  text: string;
  /** As the outlet counts (see `units`). */
  units: number;
  limit: number;
  /** Something that the message says had to be left out or shortened. */
  cut: boolean;
}

type Progress =
  | { state: 'drafted' }
  | { state: 'issued'; by: string; at: Time }
  | { state: 'refused'; by: string; at: Time; reason: string }
  /** By another wording. */
  | { state: 'replaced'; by: string };

export type BulletinView = {
  id: string;
  warning: string;
  headline: string;
  drill: boolean;
  texts: Texts;
  drafted_by: string;
  drafted_at: Time;
  /** Such as 2026年第54期; a drill has none. */
  title?: string;
} & Progress;

/** Returns how long a text is as its outlet counts: UTF-16 units, characters, or full-width characters. */
export function units(outlet: Outlet, text: string): number {
  switch (outlet) {
    case 'sms': return text.length;
    case 'loudspeaker': return [...text].length;
    case 'banner': return Math.ceil([...text].reduce((sum, one) => sum + columns(one), 0) / 2);
  }
}

/** Returns what a text must begin with, so that nobody takes a drill for the real thing; empty where it is real. */
export function markOf(outlet: Outlet, status: WarningStatus): string {
  if (status === 'actual') return '';
  const word = status === 'exercise' ? '演练' : '测试';
  return outlet === 'loudspeaker' ? `${word}，这是${word}。` : `【${word}】`;
}

/** Returns why a wording cannot go out as it is. One that is empty is left out of what goes out. */
export function faultOf(outlet: Outlet, status: WarningStatus, text: string, limit: number): 'long' | 'unmarked' | undefined {
  if (text.trim() === '') return undefined;
  if (units(outlet, text) > limit) return 'long';
  return text.startsWith(markOf(outlet, status)) ? undefined : 'unmarked';
}

function columns(character: string): 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  return code <= 0x2ff || (code >= 0xff61 && code <= 0xffdc) ? 1 : 2;
}
