import { expect, it } from 'vitest';

import {
  askedAtMost, daysBetween, daysSince, groupsOf, lastDayOf, mayChange, orderOf, percentOf, testsOf, type Contact, type Standing, type Sums,
} from './contacts';
import { at, COUNTY, event, TOWNSHIP } from './fixture';
import type { CalloutView } from './protocol';

const ZONE = 'Asia/Shanghai';

function contact(person: string, area: string, standing: Standing): Contact {
  return { person, name: person, title: '', post: `${area}/duty_officer`, post_title: '值班员', standing, ways: [] };
}

function callout(id: string, state: 'open' | 'closed', seconds: number, kind: CalloutView['kind'] = 'contact_test'): CalloutView {
  return {
    id, kind, subject: '联系方式核验', text: '', severity: 'blue', drill: false, opened_at: at(seconds), state, policy: 'contact_test', policy_title: '',
    areas: [COUNTY], rollup: [], total: 1, answered: 0, ringing: 1, unreached: 0, withdrawn: 0,
  };
}

const people = [
  contact('a', COUNTY, 'verified'), contact('b', TOWNSHIP, 'unverified'), contact('c', COUNTY, 'unverified'), contact('d', TOWNSHIP, 'dead'),
  contact('e', COUNTY, 'no_telephone'),
];

it('what has to be put right comes first, and who is reached comes last or not at all', () => {
  expect(orderOf(people, false)).toEqual(['d', 'e', 'c', 'b', 'a']);
  expect(orderOf(people, true)).toEqual(['d', 'e', 'c', 'b']);
});

it('on paper they stand by area, and nobody who is reached', () => {
  expect(groupsOf(people).map(({ area, people: own }) => [area, own.map(({ person }) => person)])).toEqual([[COUNTY, ['e', 'c']], [TOWNSHIP, ['d', 'b']]]);
  expect(groupsOf([contact('a', COUNTY, 'verified')])).toEqual([]);
});

it('a hundred per cent are all of them', () => {
  expect([percentOf(0, 0), percentOf(1, 3), percentOf(999, 1_000), percentOf(7, 7)]).toEqual([0, 33, 99, 100]);
});

it('a test asks those in doubt, and everybody where nothing says how long an answer is good', () => {
  const sums: Sums = { total: 5, verified: 1, unverified: 2, dead: 1, no_telephone: 1, simulated: false };
  expect([askedAtMost({ ...sums, needed_since: at(0) }), askedAtMost(sums)]).toEqual([4, 5]);
});

it('days are those of the calendar, and a re-filing ends with its last day', () => {
  const today = '2026-07-22';
  expect([at(0), at(6 * 3_600), at(-24 * 3_600)].map((time) => daysSince(time, today, ZONE))).toEqual([1, 0, 2]);
  const last = lastDayOf({ from: '2026-03-17T00:00:00+08:00', by: '2026-05-16T00:00:00+08:00', done: 0 }, ZONE);
  expect([last, daysBetween('2026-05-14', last), daysBetween('2026-05-15', last)]).toEqual(['2026-05-15', 1, 0]);
});

it.each([
  ['a key is pressed', 'voice', { result: 'key_pressed', key: '1' }, true],
  ['a number is none', 'voice', { result: 'failed', reason: 'invalid_number' }, true],
  ['a page is looked at', 'app', { result: 'read' }, true],
  ['a handset says that a message was read', 'sms', { result: 'read' }, false],
  ['nobody picks up', 'voice', { result: 'no_answer' }, false],
])('%s: the list is asked for again or not', (_what, channel, outcome, isAsked) => {
  expect(mayChange(event(1, 'attempt_recorded', { id: 'o-1.1', callout: 'c-1', person: 'p', channel, outcome }))).toBe(isAsked);
});

it('an answer on the page and a change of the roster are news, and what the desk enters for somebody shows nothing', () => {
  const answered = (via: unknown): boolean =>
    mayChange(event(1, 'obligation_answered', { id: 'o-1', callout: 'c-1', post: 'p', was: 'ringing', answer: { person: 'p', via, late: false } }));
  expect([answered('app'), answered({ desk: '座机' })]).toEqual([true, false]);
  expect([mayChange(event(1, 'person_saved', {})), mayChange(event(1, 'callout_closed', { id: 'c-1', reason: 'complete' }))]).toEqual([true, false]);
});

it('a test stays in sight when it has ended, and one that vanished while it went on does not', () => {
  const board = [callout('c-3', 'open', 30), callout('c-4', 'open', 40, 'warning')];
  const known = [callout('c-1', 'closed', 10), callout('c-2', 'open', 20), callout('c-3', 'closed', 30)];
  expect(testsOf(known, board).map(({ id, state }) => [id, state])).toEqual([['c-3', 'open'], ['c-1', 'closed']]);
});
