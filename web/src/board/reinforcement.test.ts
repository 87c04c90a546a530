import { expect, it } from 'vitest';

import { hoursOf, idOf, isHours, lacking, mark, missingOf, requestOf, shortOf, untilAfter, type Wanted } from './reinforcement';

const COUNTY = '990101000000';
const NOW = Date.parse('2026-07-21T10:00:00+08:00');

function wanted(post: string, more: Partial<Wanted> = {}): Wanted {
  return {
    area: COUNTY, area_name: '示例县', post, post_title: '示例县值班员', duty: 'duty_officer', duty_name: '值班员', rule: 'level_2', title: 'Ⅱ级以上响应增援',
    response: 'r-1', add: 2, there: 0, to: '2026-07-22T10:00:00+08:00', on_duty: [], could_come: [], ...more,
  };
}

it('a post is listed while somebody is missing, in the order of the rules', () => {
  const all = [wanted('b'), wanted('done', { there: 2 }), wanted('a', { there: 1 }), wanted('over', { there: 5 })];
  expect(lacking(all).map(({ post }) => post)).toEqual(['b', 'a']);
  expect(all.map(missingOf)).toEqual([2, 0, 1, 0]);
});

it('a response says how many posts of its own lack how many people, and the season’s are not its', () => {
  const { response: _none, ...season } = wanted('a', { rule: 'season' });
  const all = [wanted('a'), wanted('a', { rule: 'level_3', add: 1 }), wanted('b', { there: 1 }), wanted('c', { there: 2 }), wanted('d', { response: 'r-2' }), season];
  expect([shortOf(all, 'r-1'), shortOf(all, 'r-9'), shortOf(all, undefined)]).toEqual([{ posts: 2, people: 4 }, { posts: 0, people: 0 }, { posts: 0, people: 0 }]);
  expect(new Set(all.map(idOf)).size).toBe(6);
});

it('people come for the rule’s hours or fewer', () => {
  expect([hoursOf(wanted('a'), NOW), hoursOf(wanted('a'), NOW + 90_000), hoursOf(wanted('a'), NOW + 48 * 3_600_000)]).toEqual([24, 24, 1]);
  expect([0, 1, 24, 25, 1.5, null].filter((hours) => isHours(hours, 24))).toEqual([1, 24]);
  expect(untilAfter(NOW, 12)).toBe('2026-07-21T14:00:00.000Z');
});

it('as many are marked as are missing, and nobody drops out because of another', () => {
  const two = mark(mark([], 'a', 2), 'b', 2);
  expect([two, mark(two, 'c', 2), mark(two, 'a', 2), mark([], 'a', 0)]).toEqual([['a', 'b'], ['a', 'b'], ['b'], []]);
});

it('what is sent names the need alone, and hours only where they are other than the rule’s', () => {
  const { response: _none, ...season } = wanted('a', { rule: 'season' });
  expect(requestOf(wanted('a'), ['x'], 24, 24)).toEqual({ post: 'a', rule: 'level_2', response: 'r-1', people: ['x'] });
  expect(requestOf(season, ['x', 'y'], 6, 24)).toEqual({ post: 'a', rule: 'season', people: ['x', 'y'], hours: 6 });
});
