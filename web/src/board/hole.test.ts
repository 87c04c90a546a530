import { expect, it } from 'vitest';

import { at, emptyBoard, event, TOWNSHIP } from './fixture';
import { holesByAbility, holesInOrder } from './hole';
import { reduceAll } from './reduce';

const FOUND = {
  area: TOWNSHIP, ability: 'boat_rescue', zh: '水域救援', en: 'water rescue', within_s: 1_800, since: at(-120),
};

it('a warned area without a unit near is listed with its name until it has one again', () => {
  const opened = [
    event(1, 'coverage_hole_opened', { ...FOUND, drill: true }),
    event(2, 'coverage_hole_opened', { ...FOUND, nearest: { unit: 'u-1', eta_s: 2_520 }, callout: 'c-9' }),
  ];
  const board = reduceAll(emptyBoard(), opened);
  expect(holesInOrder(board.holes).map(({ name, drill, nearest_eta_s, callout }) => [name, drill, nearest_eta_s, callout]))
    .toEqual([['黎阳街道', false, 2_520, 'c-9'], ['黎阳街道', true, undefined, undefined]]);
  const closed = reduceAll(board, [event(3, 'coverage_hole_closed', { area: TOWNSHIP, ability: 'boat_rescue', why: 'covered' })]);
  expect(holesInOrder(closed.holes).map(({ drill }) => drill)).toEqual([true]);
});

it('each ability that is missing somewhere is named with its own areas', () => {
  const opened = [
    event(1, 'coverage_hole_opened', { ...FOUND, ability: 'pump', zh: '排涝', en: 'pumping' }),
    event(2, 'coverage_hole_opened', FOUND),
    event(3, 'coverage_hole_opened', { ...FOUND, area: '990101009000' }),
  ];
  const groups = holesByAbility(reduceAll(emptyBoard(), opened).holes, 1);
  expect(groups.map(({ first, shown, total }) => [first.zh, shown.map(({ area }) => area), total]))
    .toEqual([['水域救援', [TOWNSHIP], 2], ['排涝', [TOWNSHIP], 1]]);
});

it('holes of the snapshot are there at once, and a memory of an older page has none', () => {
  const { area, ability, ...rest } = FOUND;
  const view = { area, ability, ...rest, name: '黎阳街道', drill: false };
  expect(holesInOrder(emptyBoard({ holes: [view] }).holes)).toEqual([view]);
  expect(emptyBoard().holes.size).toBe(0);
});
