import { expect, it } from 'vitest';

import { placeOf, postOf } from './place';

it('says the township before its village and nothing before a township', () => {
  const names = new Map([['990101001000', '城关街道']]);
  expect(placeOf(names, '990101001201', '东街村')).toBe('城关街道 东街村');
  expect(placeOf(names, '990101001000', '城关街道')).toBe('城关街道');
});

it('does not say the place twice', () => {
  expect(postOf({ post_title: '东街村值班岗', area_name: '东街村' })).toBe('值班岗');
  expect(postOf({ post_title: '镇长', area_name: '青石镇' })).toBe('镇长');
  expect(postOf({ post_title: '青石镇', area_name: '青石镇' })).toBe('青石镇');
});
