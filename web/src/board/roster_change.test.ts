import { expect, it } from 'vitest';
import { concerns, isKnown, merged, type RosterChange } from './roster_change';

const ZONE = 'Asia/Shanghai';

function change(seq: number, more: Partial<RosterChange> = {}): RosterChange {
  return { seq, at: '2026-11-23T08:12:00+08:00', login: 'dispatcher', kind: 'override_added', area: '990101000000', area_name: '示例县', people: [], ...more };
}

it('pages follow one another, the newest first, and what was undone since is told once', () => {
  const known = merged([], [change(9), change(7)]);
  expect(merged(known, [change(3), change(7, { undone: true }), change(12)]).map(({ seq, undone }) => [seq, undone])).toEqual([
    [12, undefined], [9, undefined], [7, true], [3, undefined],
  ]);
});

it.each([
  ['the day of duty, not the day of the change', { first: '2026-11-24', last: '2026-11-24' }, true],
  ['the day on which the change was made', { first: '2026-11-23', last: '2026-11-23' }, false],
  ['the morning on which it ends', { first: '2026-11-25', last: '2026-11-25' }, true],
  ['from a day on', { first: '2026-11-26', last: '' }, false],
  ['up to a day', { first: '', last: '2026-11-24' }, true],
  ['any day', { first: '', last: '' }, true],
])('of a duty: %s', (_what, days, wanted) => {
  expect(concerns(change(1, { from: '2026-11-24T08:00:00+08:00', to: '2026-11-25T08:00:00+08:00' }), days, ZONE)).toBe(wanted);
});

it('a duty until midnight is none of the next day, and what is about no duty counts on its own day', () => {
  const night = change(1, { from: '2026-11-24T08:00:00+08:00', to: '2026-11-25T00:00:00+08:00' });
  expect(concerns(night, { first: '2026-11-25', last: '' }, ZONE)).toBe(false);
  expect(concerns(change(1, { kind: 'post_saved' }), { first: '2026-11-23', last: '2026-11-23' }, ZONE)).toBe(true);
});

it('what a newer server tells of is not known', () => {
  expect([isKnown('leave_taken'), isKnown('something_else')]).toEqual([true, false]);
});
