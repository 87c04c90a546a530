import { expect, it } from 'vitest';

import type { Box } from '../board/protocol';
import { boxOf, fitted, project, scaled, unproject } from './projection';

const BOX: Box = [114.2, 35.4, 114.7, 35.8];
const NONE = { top: 0, right: 0, bottom: 0, left: 0 };

it('a place is where it is drawn', () => {
  const camera = fitted(BOX, 800, 600, NONE);
  const [lon, lat] = unproject(camera, project(camera, [114.35, 35.61]));
  expect(lon).toBeCloseTo(114.35, 9);
  expect(lat).toBeCloseTo(35.61, 9);
  expect(project(camera, camera.centre)).toEqual([400, 300]);
});

it('a box fits within its margins and touches one pair of them', () => {
  const margin = { top: 20, right: 30, bottom: 90, left: 10 };
  const camera = fitted(BOX, 800, 600, margin);
  const [left, bottom] = project(camera, [BOX[0], BOX[1]]);
  const [right, top] = project(camera, [BOX[2], BOX[3]]);
  expect(top).toBeCloseTo(20);
  expect(bottom).toBeCloseTo(510);
  expect(left).toBeGreaterThan(10);
  expect(right).toBeLessThan(770);
  expect(left - 10).toBeCloseTo(770 - right);
});

it('the view of a camera has room for what was fitted, and no more along one side', () => {
  const [west, south, east, north] = boxOf(fitted(BOX, 500, 5_000, NONE));
  expect([west, east]).toEqual([expect.closeTo(BOX[0]), expect.closeTo(BOX[2])]);
  expect(south).toBeLessThan(BOX[1]);
  expect(north).toBeGreaterThan(BOX[3]);
});

it('margins grow with the page', () => {
  expect(scaled({ top: 1, right: 2, bottom: 3, left: 4 }, 2)).toEqual({ top: 2, right: 4, bottom: 6, left: 8 });
});
