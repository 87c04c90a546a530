import { expect, it } from 'vitest';

import { areaOfPost, contains, levelOf, rollupArea } from './area';

it('finds a village in its township and county, and in no other', () => {
  expect(contains('990101000000', '990101003012')).toBe(true);
  expect(contains('990101003000', '990101003012')).toBe(true);
  expect(contains('990101004000', '990101003012')).toBe(false);
  expect(contains('990101003012', '990101003000')).toBe(false);
});

it('rolls up by child of the viewer, whose own posts have a row of their own', () => {
  expect(rollupArea('990101000000', '990101003012')).toBe('990101003000');
  expect(rollupArea('990101000000', '990101000000')).toBe('990101000000');
  expect(rollupArea('990101003000', '990101003012')).toBe('990101003012');
  expect(rollupArea('990100000000', '990101003012')).toBe('990101000000');
});

it('reads the area off a post and the level off a code', () => {
  expect(areaOfPost('990101003012/secretary')).toBe('990101003012');
  expect(['990000000000', '990100000000', '990101000000', '990101003000', '990101003012'].map(levelOf))
    .toEqual(['province', 'city', 'county', 'township', 'village']);
});
