/** What is drawn of units, and what of it is new since it was drawn last. Pure. */

import type { Fleet, Freshness, Spot } from './fleet';
import { freshness } from './fleet';
import type { UnitFacts } from './ground';

/** One unit as it is drawn. */
export interface UnitMark {
  unit: string;
  lon: number;
  lat: number;
  kind: string;
  age: Freshness;
  /** Degrees from north, for one that moves and is where it is drawn. */
  heading?: number;
  name: string;
  /** How long ago it was there, once that is too long ago. */
  since: string;
}

export interface MarkChanges {
  put: UnitMark[];
  gone: string[];
}

/** Slower is standing: a terminal at rest reports any heading. */
const MOVING_KMH = 3;

/** Returns the marks of a fleet; `ago` says a span in words. */
export function marksOf(
  fleet: Fleet, units: ReadonlyMap<string, UnitFacts>, now: number, ago: (ms: number) => string,
): Map<string, UnitMark> {
  const mark = (unit: string, spot: Spot): UnitMark => {
    const facts = units.get(unit);
    const age = freshness(spot, facts, now);
    const moves = age === 'fresh' && spot.heading !== undefined && (spot.speed ?? MOVING_KMH) >= MOVING_KMH;
    return {
      unit, lon: spot.lon, lat: spot.lat, age, kind: facts?.kind ?? 'other', name: facts?.name ?? unit,
      since: age === 'fresh' ? '' : ago(now - spot.at),
      ...(moves && spot.heading !== undefined ? { heading: spot.heading } : {}),
    };
  };
  return new Map([...fleet.spots].map(([unit, spot]) => [unit, mark(unit, spot)]));
}

/** Returns what is written beside a unit while all is in view: of the lost the sign says enough. */
export function shortLabel(mark: UnitMark): string {
  return mark.age === 'late' ? mark.since : '';
}

/** Returns what has to be drawn anew so that `before` becomes `after`. */
export function changes(before: ReadonlyMap<string, UnitMark>, after: ReadonlyMap<string, UnitMark>): MarkChanges {
  const put = [...after.values()].filter((mark) => !isSame(before.get(mark.unit), mark));
  const gone = [...before.keys()].filter((unit) => !after.has(unit));
  return { put, gone };
}

function isSame(one: UnitMark | undefined, other: UnitMark): boolean {
  return one !== undefined && one.lon === other.lon && one.lat === other.lat && one.age === other.age
    && one.heading === other.heading && one.since === other.since && one.name === other.name && one.kind === other.kind;
}
