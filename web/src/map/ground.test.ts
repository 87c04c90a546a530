import { expect, it } from 'vitest';

import { GROUND } from './fixture';
import { boundsOf, centreOf, layerOf, townshipAt, townshipLabels, unitsOf, warningsOf } from './ground';
import { siteSigns } from './sites';
import { inOrder, rankOf, ZORDER } from './zorder';

it('the county’s bounds are those of everything in it', () => {
  expect(boundsOf(layerOf(GROUND, 'areas'))).toEqual([114, 35, 114.4, 35.4]);
  expect(boundsOf([])).toBeUndefined();
});

it('a township’s name stands in its middle, with its counts where it has any', () => {
  const row = { area: '990101001000', name: '城关街道', total: 5, answered: 2, ringing: 3, unreached: 0, withdrawn: 0 };
  const [label, ...others] = townshipLabels(GROUND, [row]);
  expect(others).toEqual([]);
  expect(label).toMatchObject({ name: '城关街道', row });
  expect(label?.at[0]).toBeCloseTo(114.1);
  expect(label?.at[1]).toBeCloseTo(35.1);
});

it('the middle of a bent area is that of its largest part', () => {
  const small: [number, number][] = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]];
  const large: [number, number][] = [[10, 10], [14, 10], [14, 14], [10, 14], [10, 10]];
  expect(centreOf({ type: 'MultiPolygon', coordinates: [[small], [large]] })).toEqual([12, 12]);
});

it('the most severe warning is drawn last; what a stronger one covers, a drill under the real one, and one without a colour are not drawn', () => {
  expect(warningsOf(GROUND).map((one) => one.properties.name)).toEqual(['暴雨蓝色预警', '暴雨黄色预警']);
});

it('sites that are still dangerous come before those that are not', () => {
  expect(siteSigns(GROUND).map((sign) => [sign.name, sign.isHollow])).toEqual([['刘家营村隐患点', false], ['桐寨村隐患点', true]]);
});

it('units are known by id', () => {
  expect(unitsOf(GROUND).get('a')).toMatchObject({ name: 'a 艇', kind: 'rubber_boat', reports_every_s: 10 });
});

it('every layer has one place, and one that has none is an error', () => {
  expect(new Set(ZORDER).size).toBe(ZORDER.length);
  expect(inOrder([{ id: 'units' }, { id: 'land' }, { id: 'rivers' }]).map((layer) => layer.id)).toEqual(['land', 'rivers', 'units']);
  expect(() => rankOf('cameras')).toThrow('cameras');
});

it('a place lies in the township whose outline has it, and in none outside', () => {
  expect(townshipAt(GROUND, [114.1, 35.1])).toEqual({ code: '990101001000', name: '城关街道' });
  expect(townshipAt(GROUND, [113.9, 35.1])).toBeUndefined();
});
