/** Where the units are, as far as they are in view. Pure: frames in, a new fleet out, `now` as an argument. */

import type { Box, ClusterItem, ClustersFrame, PositionItem, PositionsFrame } from '../board/protocol';
import type { UnitFacts } from './ground';

/** A unit's last position. Times in milliseconds, speed in km/h, heading in degrees from north. */
export interface Spot {
  lon: number;
  lat: number;
  at: number;
  heading?: number;
  speed?: number;
  /** It is farther from its place before than it can have come. */
  jump: boolean;
  /** What the server said of its age, for a unit whose reporting period is not known here. */
  told: Freshness;
}

export interface Fleet {
  readonly spots: ReadonlyMap<string, Spot>;
  /** Instead of units, where too many are in view. */
  readonly clusters: readonly ClusterItem[] | undefined;
}

/** Up to two reporting periods old; older; older than five. */
export type Freshness = 'fresh' | 'late' | 'lost';

export const NO_FLEET: Fleet = { spots: new Map(), clusters: undefined };

const LATE_PERIODS = 2;
const LOST_PERIODS = 5;

/**
 * Returns the fleet after a frame. A unit that is told of from outside `box` has left and will not be heard of
 * again, so it is let go: kept, it would grow old without being so.
 */
export function reduceFleet(fleet: Fleet, frame: PositionsFrame | ClustersFrame, box?: Box): Fleet {
  if (frame.type === 'clusters') return { spots: new Map(), clusters: frame.items };
  const spots = new Map(frame.full === true ? [] : fleet.spots);
  for (const item of frame.items) {
    if ('gone' in item || !within(item, box)) spots.delete(item.unit);
    else if (item.at !== undefined) spots.set(item.unit, spotOf(item));
  }
  return { spots, clusters: undefined };
}

/** Returns how old a position is by the unit's own measure. */
export function freshness(spot: Spot, facts: UnitFacts | undefined, now: number): Freshness {
  if (facts === undefined) return spot.told;
  const periods = (now - spot.at) / 1_000 / facts.reports_every_s;
  if (periods > LOST_PERIODS) return 'lost';
  return periods > LATE_PERIODS ? 'late' : 'fresh';
}

/** Tells whether a unit in view is a demonstration's; of clusters it is not known which units they are. */
export function isSimulated(fleet: Fleet, units: ReadonlyMap<string, UnitFacts>): boolean {
  const inView = fleet.clusters === undefined ? fleet.spots.keys() : units.keys();
  return [...inView].some((unit) => units.get(unit)?.simulated === true);
}

/** How many units are in view, and how many of them are not where they are drawn any more. */
export interface Tally {
  total: number;
  late: number;
  lost: number;
}

/** Counts units by age; of clusters only the lost are known. */
export function tally(fleet: Fleet, units: ReadonlyMap<string, UnitFacts>, now: number): Tally {
  const counts = { total: 0, late: 0, lost: 0 };
  for (const cluster of fleet.clusters ?? []) {
    counts.total += cluster.count;
    counts.lost += cluster.lost ?? 0;
  }
  for (const [unit, spot] of fleet.spots) {
    counts.total += 1;
    const age = freshness(spot, units.get(unit), now);
    if (age !== 'fresh') counts[age] += 1;
  }
  return counts;
}

function within({ lon, lat }: { lon: number; lat: number }, box: Box | undefined): boolean {
  return box === undefined || (lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3]);
}

function spotOf(item: Exclude<PositionItem, { gone: true }>): Spot {
  const { lon, lat, heading, speed } = item;
  const told = item.lost === true ? 'lost' : item.stale === true ? 'late' : 'fresh';
  return {
    lon, lat, at: Date.parse(item.at), jump: item.jump === true, told,
    ...(heading === undefined ? {} : { heading }), ...(speed === undefined ? {} : { speed }),
  };
}
