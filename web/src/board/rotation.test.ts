import { expect, it } from 'vitest';

import { firstDraft, inputOf, moved, withType, type Rotation } from './rotation';

const named = (...ids: string[]) => ids.map((id) => ({ id, name: id }));
const shifts = [{ from_minute: 480, minutes: 720 }];
const before: Rotation = {
  starts_on: '2026-01-01', with_weekend: ['Fri'],
  days: { weekend: { shifts, crews: [named('a', 'b'), named('c')], first: 1, together: true }, workday: { shifts, crews: [named('c')], first: 0, together: false } },
};

it('a new rotation begins as the one before it, else with everybody in turn each day', () => {
  expect(firstDraft(before, []).map(([type, plan]) => [type, plan.crews.length])).toEqual([['workday', 1], ['weekend', 2]]);
  expect(firstDraft(undefined, named('x', 'y'))).toEqual([['every', { shifts: [{ from_minute: 480, minutes: 1_440 }], crews: [named('x'), named('y')], first: 0, together: false }]]);
});

it('what is changed of a draft leaves the rotation in force as it is', () => {
  firstDraft(before, [])[1]?.[1].crews[0]?.pop();
  expect(before.days.weekend?.crews[0]).toEqual(named('a', 'b'));
});

it('another type of day begins as the first one', () => {
  const plans = withType(firstDraft(before, []), 'holiday');
  expect(plans.map(([type]) => type)).toEqual(['workday', 'weekend', 'holiday']);
  expect(plans[2]?.[1].crews).toEqual([named('c')]);
});

it('crews change places and stay in the list', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
});

it('crews without people are not sent, and Fridays go with a weekend only where there is one', () => {
  const plans = firstDraft(before, []);
  plans[1]?.[1].crews.push([]);
  const input = inputOf('p', '2027-01-01', plans, ['Fri']);
  expect(input.days.weekend).toEqual({ shifts, crews: [['a', 'b'], ['c']], together: true });
  expect([input.with_weekend, input.goes_on]).toEqual([['Fri'], true]);
  expect(inputOf('p', '2027-01-01', plans.slice(0, 1), ['Fri']).with_weekend).toEqual([]);
});
