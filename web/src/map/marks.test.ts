import { expect, it } from 'vitest';

import { coarse } from '../i18n/time';
import { BOATS, NOW, positions, seen } from './fixture';
import { NO_FLEET, reduceFleet, type Fleet } from './fleet';
import { changes, marksOf, shortLabel, type UnitMark } from './marks';

it('only what moved, aged or is gone is drawn anew', () => {
  const first = fleet(seen('a', 114.1, 35.1), seen('b', 114.2, 35.2));
  expect(changes(new Map(), marks(first)).put).toHaveLength(2);
  expect(changes(marks(first), marks(first))).toEqual({ put: [], gone: [] });
  const moved = reduceFleet(first, positions([seen('a', 114.3, 35.1), { unit: 'b', gone: true }]));
  const { put, gone } = changes(marks(first), marks(moved));
  expect([put.map((mark) => mark.unit), gone]).toEqual([['a'], ['b']]);
  expect(changes(marks(first), marks(first, NOW + 21_000)).put.map((mark) => mark.age)).toEqual(['late', 'late']);
});

it('only a unit that drives and is where it is drawn points anywhere', () => {
  const heading = (seconds: number, more: object): number | undefined =>
    marks(fleet(seen('a', 114.1, 35.1, seconds, more))).get('a')?.heading;
  expect(heading(0, { heading: 90, speed: 40 })).toBe(90);
  expect(heading(0, { heading: 90 })).toBe(90);
  expect(heading(0, { heading: 90, speed: 1 })).toBeUndefined();
  expect(heading(30, { heading: 90, speed: 40 })).toBeUndefined();
});

it('a late unit says how long ago it was there; a lost one by its sign, and near by in words', () => {
  const one = (seconds: number): UnitMark | undefined => marks(fleet(seen('a', 114.1, 35.1, seconds))).get('a');
  expect(labels(one(5))).toEqual(['', '']);
  expect(labels(one(47))).toEqual(['40s', '40s']);
  expect(labels(one(20 * 60))).toEqual(['20m', '']);
  expect(labels(one(3 * 3_600))).toEqual(['3h', '']);
});

it('a unit that is not known is shown under its id', () => {
  expect(marks(fleet(seen('x', 114.1, 35.1))).get('x')).toMatchObject({ name: 'x', kind: 'other' });
});

function fleet(...items: Parameters<typeof positions>[0]): Fleet {
  return reduceFleet(NO_FLEET, positions(items, true));
}

function marks(of: Fleet, now = NOW): Map<string, UnitMark> {
  return marksOf(of, BOATS, now, (ms) => `${coarse(ms).count}${'smhd'[coarse(ms).unit]}`);
}

function labels(mark: UnitMark | undefined): string[] | undefined {
  return mark === undefined ? undefined : [mark.since, shortLabel(mark)];
}
