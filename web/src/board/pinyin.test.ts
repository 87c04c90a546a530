import { expect, it } from 'vitest';

import { find, initials } from './pinyin';

it.each([
  ['青石镇', 'qsz'], ['柳河镇', 'lhz'], ['城关街道', 'cgjd'], ['长陂镇', 'cbz'], ['苇塘乡', 'wtx'], ['河东街道', 'hdjd'],
  ['孙家洼村', 'sjwc'], ['马渡镇', 'mdz'], ['双堤镇', 'sdz'], ['安阳', 'ay'], ['鄂州', 'ez'], ['东街2社区', 'dj2sq'],
])('%s is found by %s', (name, short) => {
  expect(initials(name)).toBe(short);
});

it('a place is found by its name, initials or code, and what begins with the text comes first', () => {
  const places = [['990101100000', '青石镇'], ['990101100001', '大青石村'], ['990101101000', '柳河镇']]
    .map(([code = '', name = '']) => ({ code, name, initials: initials(name) }));
  const names = (text: string): string[] => find(places, text, 9).map((place) => place.name);
  expect(names('青')).toEqual(['青石镇', '大青石村']);
  expect(names('QS')).toEqual(['青石镇', '大青石村']);
  expect(names('990101101')).toEqual(['柳河镇']);
  expect(names('')).toEqual([]);
  expect(names('海')).toEqual([]);
});
