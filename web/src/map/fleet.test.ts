import { expect, it } from 'vitest';

import type { Box } from '../board/protocol';
import { ago, BOATS, NOW, positions, seen } from './fixture';
import { freshness, isSimulated, NO_FLEET, reduceFleet, tally, type Fleet } from './fleet';

const BOX: Box = [114, 35, 115, 36];

it('a full frame is all there is, and later ones change only what they name', () => {
  const fleet = after(positions([seen('a', 114.1, 35.1), seen('b', 114.2, 35.2)], true), positions([seen('b', 114.3, 35.3)]));
  expect(placesOf(fleet)).toEqual({ a: [114.1, 35.1], b: [114.3, 35.3] });
  expect(placesOf(reduceFleet(fleet, positions([seen('b', 114.4, 35.4)], true), BOX))).toEqual({ b: [114.4, 35.4] });
});

it('a unit that leaves the view or is no more is let go, and comes back when it is seen again', () => {
  const both = after(positions([seen('a', 114.1, 35.1), seen('b', 114.2, 35.2)], true));
  const left = reduceFleet(both, positions([seen('a', 115.2, 35.1), { unit: 'b', gone: true }]), BOX);
  expect(placesOf(left)).toEqual({});
  expect(placesOf(reduceFleet(left, positions([seen('a', 114.9, 35.1)]), BOX))).toEqual({ a: [114.9, 35.1] });
});

it('without a view everything is in it', () => {
  expect(placesOf(reduceFleet(NO_FLEET, positions([seen('a', 10, 10)])))).toEqual({ a: [10, 10] });
});

it('clusters take the place of units, and units that of clusters', () => {
  const units = after(positions([seen('a', 114.1, 35.1)], true));
  const clusters = reduceFleet(units, { type: 'clusters', at: ago(0), items: [{ lon: 114, lat: 35, count: 1_600, lost: 3 }] }, BOX);
  expect(clusters.spots.size).toBe(0);
  expect(tally(clusters, BOATS, NOW)).toEqual({ total: 1_600, late: 0, lost: 3 });
  expect(reduceFleet(clusters, positions([], true), BOX)).toEqual(NO_FLEET);
});

it('a frame leaves the fleet before it as it was', () => {
  const before = after(positions([seen('a', 114.1, 35.1)], true));
  reduceFleet(before, positions([seen('a', 114.2, 35.2)]), BOX);
  expect(placesOf(before)).toEqual({ a: [114.1, 35.1] });
});

it.each([[0, 'fresh'], [20, 'fresh'], [21, 'late'], [50, 'late'], [51, 'lost']])(
  '%i s after a report due every 10 s a position is %s', (seconds, age) => {
    const spot = after(positions([seen('a', 114.1, 35.1, seconds)], true)).spots.get('a');
    expect(spot === undefined ? undefined : freshness(spot, BOATS.get('a'), NOW)).toBe(age);
  },
);

it('of a unit that is not known here the server’s word counts', () => {
  const fleet = after(positions([
    seen('x', 114.1, 35.1, 900, { stale: true }), seen('y', 114.1, 35.1, 900, { stale: true, lost: true }), seen('z', 114.1, 35.1, 900),
  ], true));
  expect(tally(fleet, BOATS, NOW)).toEqual({ total: 3, late: 1, lost: 1 });
});

it('positions grow old without being told', () => {
  const fleet = after(positions([seen('a', 114.1, 35.1), seen('b', 114.1, 35.1, 15)], true));
  expect(tally(fleet, BOATS, NOW)).toEqual({ total: 2, late: 0, lost: 0 });
  expect(tally(fleet, BOATS, NOW + 10_000)).toEqual({ total: 2, late: 1, lost: 0 });
  expect(tally(fleet, BOATS, NOW + 60_000)).toEqual({ total: 2, late: 0, lost: 2 });
});

it('a simulated unit in view is told, and so is one that a cluster may hide', () => {
  const units = new Map([...BOATS].map(([unit, facts]) => [unit, unit === 'b' ? { ...facts, simulated: true as const } : facts]));
  const real = after(positions([seen('a', 114.1, 35.1), seen('x', 114.1, 35.1)], true));
  expect(isSimulated(real, units)).toBe(false);
  expect(isSimulated(reduceFleet(real, positions([seen('b', 114.2, 35.2)]), BOX), units)).toBe(true);
  const clusters = reduceFleet(real, { type: 'clusters', at: ago(0), items: [{ lon: 114, lat: 35, count: 2 }] }, BOX);
  expect([isSimulated(clusters, units), isSimulated(clusters, BOATS)]).toEqual([true, false]);
});

function after(...frames: Parameters<typeof reduceFleet>[1][]): Fleet {
  return frames.reduce((fleet, frame) => reduceFleet(fleet, frame, BOX), NO_FLEET);
}

function placesOf(fleet: Fleet): Record<string, [number, number]> {
  return Object.fromEntries([...fleet.spots].map(([unit, spot]) => [unit, [spot.lon, spot.lat]]));
}
