/** Where this phone is, as far as a spot check has made it look: found, still looked for, or why not. Pure. */

import type { Here } from './protocol';

/** Why a phone does not say where it is: it may not, its page came unguarded, or nothing tells it. */
export type Hindrance = 'refused' | 'insecure' | 'silent';

/** What has come of looking. A place found stays while nothing newer comes, and ages. */
export interface Finding {
  place?: { here: Here; at_ms: number };
  hindrance?: Hindrance;
}

/** A place older than this says where somebody was, not where he is. */
export const PLACE_AGE_MAX_MS = 60_000;

/** As the browser numbers why it cannot tell: 1 is the only one that somebody has decided. */
const PERMISSION_DENIED = 1;

/** Returns what goes along with an answer that is given now; never a place that is old. */
export function hereNow({ place }: Finding, now_ms: number): Here | undefined {
  return place !== undefined && now_ms - place.at_ms <= PLACE_AGE_MAX_MS ? place.here : undefined;
}

/** A browser that says nonsense has told nothing: an answer with it would be refused, and the calls would go on. */
export function found({ longitude, latitude, accuracy }: { longitude: number; latitude: number; accuracy: number }, at_ms: number): Finding {
  if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 && accuracy >= 0 && Number.isFinite(accuracy))) return { hindrance: 'silent' };
  return { place: { here: { lon: longitude, lat: latitude, accuracy_m: accuracy }, at_ms } };
}

/** Returns what is known after looking in vain: whoever takes his leave back takes the place back too. */
export function missed({ place }: Finding, code: number): Finding {
  if (code === PERMISSION_DENIED) return { hindrance: 'refused' };
  return { ...(place === undefined ? {} : { place }), hindrance: 'silent' };
}

/** Returns a distance as people say it: whole metres, from a thousand on tenths of kilometres. */
export function rounded(distance_m: number): { count: string; unit: 'm' | 'km' } {
  const whole = Math.round(distance_m);
  return whole < 1_000 ? { count: String(whole), unit: 'm' } : { count: (whole / 1_000).toFixed(1), unit: 'km' };
}
