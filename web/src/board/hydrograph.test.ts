import { expect, it } from 'vitest';

import { at, START } from './fixture';
import type { Level, Point } from './gauge';
import { hydrograph } from './hydrograph';

const SHEET = { width: 100, height: 50 };
const LEVELS: Level[] = [{ mark: 'warning', level_m: 64.1 }, { mark: 'guarantee', level_m: 90 }];
const HOUR = 3_600_000;

it('rising water goes up from left to right, with the levels that it comes near to', () => {
  const drawn = hydrograph([water(0, 63), water(1, 63.5), water(2, 64.2)], LEVELS, START, START + 2 * HOUR, SHEET);
  const [first, , last] = drawn.line.split(/[ML]/).slice(1).map((pair) => pair.split(' ').map(Number));
  expect([first?.[0], last?.[0]]).toEqual([0, 100]);
  expect(last?.[1]).toBeLessThan(first?.[1] ?? 0);
  expect(drawn.levels.map((level) => level.mark)).toEqual(['warning']);
  const [warning] = drawn.levels;
  expect(drawn.end?.y).toBeLessThan(warning?.y ?? 0);
});

it('what was while nothing was heard is not drawn', () => {
  const drawn = hydrograph([water(0, 63), water(1, 63), water(4, 63), water(5, 63)], LEVELS, START, START + 5 * HOUR, SHEET);
  expect(drawn.line.match(/M/g)).toHaveLength(2);
  expect(hydrograph([water(0, 63)], LEVELS, START, START + HOUR, SHEET).line).toBe('');
});

it('a still river is a flat line in the middle and not noise', () => {
  const drawn = hydrograph([water(0, 50), water(1, 50.01)], LEVELS, START, START + HOUR, SHEET);
  expect(drawn.high - drawn.low).toBeGreaterThan(0.5);
  expect(drawn.levels).toEqual([]);
});

it('rain stands in bars as long as it was measured', () => {
  const points: Point[] = [{ at: at(3_600), rain_mm: 10, over_s: 1_800 }, { at: at(7_200), rain_mm: 0, over_s: 1_800 }];
  const drawn = hydrograph(points, [], START, START + 2 * HOUR, SHEET);
  expect(drawn.bars).toEqual([{ x: 25, y: 0, width: 25, height: 50 }]);
  expect(hydrograph([], LEVELS, START, START + HOUR, SHEET).end).toBeUndefined();
});

function water(hour: number, level_m: number): Point {
  return { at: at(hour * 3_600), level_m };
}
