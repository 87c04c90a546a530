import { expect, it } from 'vitest';

import type { DutyItem } from '../../board/protocol';
import { listedAreas } from './areas';

const COUNTY = '990101000000';
const at = (area: string): DutyItem => ({ area, area_name: area }) as DutyItem;
const duty = { items: ['990101001001', '990101001000', COUNTY, '990101002001'].map(at), gaps: [at('990101002000')] };

it('the caller’s own area stands first, and villages only below the township in hand', () => {
  const codes = (chosen: string, root = COUNTY): string[] => listedAreas(duty, root, chosen).map(({ code }) => code);
  expect(codes(COUNTY)).toEqual([COUNTY, '990101001000', '990101002000']);
  expect(codes('990101001000')).toEqual([COUNTY, '990101001000', '990101001001', '990101002000']);
  expect(codes('990101002001')).toEqual([COUNTY, '990101001000', '990101002000', '990101002001']);
});

it('a township of its own lists all its villages', () => {
  const own = { items: ['990101001000', '990101001001'].map(at), gaps: [] };
  expect(listedAreas(own, '990101001000', '990101001000').map(({ code, isVillage }) => [code, isVillage])).toEqual([['990101001000', false], ['990101001001', true]]);
});
