import { expect, it } from 'vitest';

import { cellOf, countOn, idOf, linkTo, nextDate, onDate, soonestFirst } from './outlook';
import type { Defect, Fault, OutlookDay } from './roster';

const ZONE = 'Asia/Shanghai';

function defect(kind: Fault, from: string, to: string): Defect {
  const place = { area: 'a', area_name: '示例县', post: 'a/duty_officer', post_title: '值班员', duty: 'duty_officer', duty_name: '值班员' };
  return { kind, from: `${from}+08:00`, to: `${to}+08:00`, ...place };
}

function day(date: string, more: Partial<OutlookDay> = {}): OutlookDay {
  return { date, day_type: 'workday', gaps: 0, two_posts: 0, no_telephone: 0, dead_number: 0, unverified: 0, on_leave: 0, ...more };
}

it('the soonest stands first, and what is so every day last', () => {
  const listed = soonestFirst([
    defect('no_telephone', '2026-12-01T00:00', '2026-12-30T00:00'), defect('two_posts', '2026-12-03T08:00', '2026-12-04T08:00'),
    defect('gap', '2026-12-03T08:00', '2026-12-04T08:00'), defect('on_leave', '2026-12-02T08:00', '2026-12-03T08:00'),
  ]);
  expect(listed.map(({ kind }) => kind)).toEqual(['on_leave', 'gap', 'two_posts', 'no_telephone']);
  expect(new Set(listed.map(idOf)).size).toBe(4);
});

it('a duty of a night counts on both of its days, and one that ends at midnight not on the next', () => {
  const night = defect('gap', '2026-12-03T20:00', '2026-12-04T08:00');
  const evening = defect('gap', '2026-12-03T20:00', '2026-12-04T00:00');
  expect([onDate([night, evening], '2026-12-03', ZONE).length, onDate([night, evening], '2026-12-04', ZONE)]).toEqual([2, [night]]);
  expect(onDate([night], undefined, ZONE)).toEqual([night]);
});

it('keys go from one day with something wrong to the next', () => {
  const days = [day('2026-12-01'), day('2026-12-02', { gaps: 1 }), day('2026-12-03'), day('2026-12-04', { on_leave: 2 })];
  expect([nextDate(days, undefined, 1), nextDate(days, undefined, -1)]).toEqual(['2026-12-02', '2026-12-04']);
  expect([nextDate(days, '2026-12-02', 1), nextDate(days, '2026-12-04', 1), nextDate(days, '2026-12-04', -1)]).toEqual(['2026-12-04', '2026-12-04', '2026-12-02']);
  expect([nextDate([day('2026-12-01')], undefined, 1), countOn(day('2026-12-01', { gaps: 3 }), 'gap')]).toEqual([undefined, 3]);
});

it('a link leads to its cell, and one that leads to none to the month', () => {
  const at = { post: '990101000000/duty_officer', date: '2026-12-04' };
  expect(cellOf(new URL(linkTo(at), 'http://here').search)).toEqual(at);
  for (const search of ['', '?post=x&date=2026-12-04', '?post=990101000000/duty_officer&date=soon', '?post=990101000000/duty_officer&date=2026-99-99']) {
    expect(cellOf(search)).toBeUndefined();
  }
});
