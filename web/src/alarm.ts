/** How an alarm sounds: which tones, how loud, how long it may be silenced. Pure; `sound.svelte.ts` plays it. */

import type { Severity } from './board/protocol';

export interface Tone {
  /** From the start of the figure. */
  at_ms: number;
  lasts_ms: number;
  hertz: number;
  /** 0 to 1. */
  gain: number;
}

export interface Figure {
  /** The figure is played again after so long, until somebody answers. */
  every_ms: number;
  tones: Tone[];
}

/** Longest silence one press may buy. */
export const MUTE_MAX_MS = 120_000;

/** Loudness from the start, from 30 s and from 60 s on. */
const LADDER = [0.3, 0.6, 1] as const;

/** Returns the figure for a level, after it has sounded for `since_ms`. */
export function figure(severity: Severity, since_ms: number): Figure {
  const gain = loudness(since_ms);
  switch (severity) {
    case 'red':
      return { every_ms: 1_000, tones: [tone(0, 420, 660, gain), tone(420, 420, 990, gain)] };
    case 'orange':
      return { every_ms: 2_000, tones: [0, 220, 440].map((at_ms) => tone(at_ms, 140, 880, gain)) };
    case 'yellow':
    case 'blue':
      return { every_ms: 4_000, tones: [tone(0, 360, 520, gain * 0.6)] };
  }
}

/** Returns for how many more seconds it is silent. */
export function mutedFor(mutedAt: number | undefined, now: number): number {
  if (mutedAt === undefined) return 0;
  return Math.max(0, Math.ceil((mutedAt + MUTE_MAX_MS - now) / 1_000));
}

function loudness(since_ms: number): number {
  if (since_ms >= 60_000) return LADDER[2];
  return since_ms >= 30_000 ? LADDER[1] : LADDER[0];
}

function tone(at_ms: number, lasts_ms: number, hertz: number, gain: number): Tone {
  return { at_ms, lasts_ms, hertz, gain };
}
