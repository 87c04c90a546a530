/** Roads that cannot be passed, as somebody has said. */

import type { Point } from './incident';
import type { Time } from './protocol';

/** A road by its id, or a piece of ground. */
export type Closing = { road: string } | { within: { circle: { center: Point; radius_km: number } } | { polygon: Point[] } };

export interface ClosureView {
  id: string;
  what: Closing;
  area: string;
  area_name: string;
  reason: string;
  /** When somebody thinks that it will be open again; nothing happens then. */
  expected_until?: Time;
  by: string;
  at: Time;
}

export interface NewClosure {
  what: Closing;
  area: string;
  reason: string;
  expected_until?: Time;
}

/** Words for what is closed. */
export interface ClosingWords {
  road: (name: string) => string;
  circle: (at: string, km: number) => string;
  polygon: (corners: number) => string;
}

/** Returns what is closed in words; `nameOf` names a road by its id. */
export function closingName(what: Closing, nameOf: (road: string) => string, words: ClosingWords): string {
  if ('road' in what) return words.road(nameOf(what.road));
  if ('circle' in what.within) return words.circle(what.within.circle.center.map((one) => one.toFixed(4)).join(', '), what.within.circle.radius_km);
  return words.polygon(what.within.polygon.length - 1);
}

/** Tells whether it should be open by now, and nobody has said so. */
export function isOverdueClosure({ expected_until }: ClosureView, now: number): boolean {
  return expected_until !== undefined && Date.parse(expected_until) < now;
}
