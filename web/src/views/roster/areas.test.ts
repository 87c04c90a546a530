import { expect, it } from 'vitest';

import { listedAreas } from './areas';

const COUNTY = '990101000000';
const all = ['990101001001', '990101001000', COUNTY, '990101002001', '990101002000'].map((code) => ({ code, name: code }));

it('the caller’s own area stands first, and villages only below the township in hand', () => {
  const codes = (chosen: string): string[] => listedAreas(all, COUNTY, chosen).map(({ code }) => code);
  expect(codes(COUNTY)).toEqual([COUNTY, '990101001000', '990101002000']);
  expect(codes('990101001000')).toEqual([COUNTY, '990101001000', '990101001001', '990101002000']);
  expect(codes('990101002001')).toEqual([COUNTY, '990101001000', '990101002000', '990101002001']);
});

it('a township of its own lists all its villages', () => {
  const own = all.filter(({ code }) => code.startsWith('990101001'));
  expect(listedAreas(own, '990101001000', '990101001000').map(({ code, isVillage }) => [code, isVillage])).toEqual([['990101001000', false], ['990101001001', true]]);
});
