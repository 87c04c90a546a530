import { expect, it } from 'vitest';
import { areaLight, fullestFirst, fullness, lightOf, mostPressing, nextAt, percent, runningFirst, unheard, type Evacuation, type Shelter, type Tally, type Transfer } from './evacuation';

const NOW = Date.parse('2026-07-21T18:00:20+08:00');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

it('a time of day is the next one that clocks show', () => {
  const next = (wanted: string): string | undefined => {
    const found = nextAt(wanted, '18:00', NOW);
    return found === undefined ? undefined : new Date(found).toISOString();
  };
  expect(next('21:30')).toBe('2026-07-21T13:30:00.000Z');
  expect(next('2130')).toBe('2026-07-21T13:30:00.000Z');
  expect(next('8：05')).toBe('2026-07-22T00:05:00.000Z');
  expect(next('18:00')).toBe('2026-07-22T10:00:00.000Z');
  expect(['', '24:00', '9', '12:60', 'soon'].map(next)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

it('the light of people to be moved goes by the deadline, and rests when they are', () => {
  const light = (state: string, due: number): string => lightOf({ state, due_at: at(due) }, at(-60), NOW);
  expect([light('running', 60), light('running', 15), light('running', 0), light('done', -5), light('called_off', -5)]).toEqual(['grey', 'yellow', 'red', 'green', 'grey']);
  expect(areaLight(tally({ open: 1, overdue: 1 }), order('e-1', 60), NOW)).toBe('red');
  expect(areaLight(tally({ open: 0 }), order('e-1', -5), NOW)).toBe('green');
});

it('who is neither moved nor accounted for is unheard of, and never fewer than nobody', () => {
  expect(unheard({ moved: 41, refusing: 3, immobile: 0, out_of_contact: 2 }, 60)).toBe(14);
  expect(unheard({ moved: 61, refusing: 0, immobile: 0, out_of_contact: 0 }, 60)).toBe(0);
});

it('orders that run come first by deadline, then the newest of the others', () => {
  const all = [{ ...order('ended', 0), state: 'ended' as const }, order('later', 90), order('sooner', 30), { ...order('done', 0), state: 'done' as const }];
  expect([...all].sort(runningFirst).map((one) => one.id)).toEqual(['sooner', 'later', 'done', 'ended']);
});

it('what somebody still has to do something about is in hand first', () => {
  const one = (id: string, state: Transfer['state']): Transfer => ({ id, state }) as Transfer;
  expect(mostPressing([one('a', 'done'), one('b', 'returning'), one('c', 'running')])?.id).toBe('c');
  expect(mostPressing([one('a', 'done'), one('b', 'returning')])?.id).toBe('b');
  expect(mostPressing([one('a', 'done')])?.id).toBe('a');
  expect(mostPressing([])).toBeUndefined();
});

it('a shelter is as full as those who are there and on their way make it', () => {
  expect(fullness(shelter('a', 0, 0))).toBe('room');
  expect(fullness(shelter('a', 50, 40))).toBe('nearly');
  expect(fullness(shelter('a', 50, 50))).toBe('full');
  expect(fullness(shelter('a', 105, 0))).toBe('over');
  const all = [shelter('empty', 0, 0), shelter('some', 10, 0), shelter('over', 105, 0), shelter('more', 20, 5)];
  expect([...all].sort(fullestFirst).map((one) => one.id)).toEqual(['over', 'more', 'some', 'empty']);
});

it('a bar is never longer than what it is in', () => {
  expect([percent(1, 4), percent(5, 4), percent(1, 0), percent(-1, 4)]).toEqual([25, 100, 0, 0]);
});

function tally(some: Partial<Tally>): Tally {
  return { transfers: 1, planned: 60, moved: 0, refusing: 0, immobile: 0, out_of_contact: 0, open: 1, overdue: 0, ...some };
}

function order(id: string, due: number): Evacuation {
  return {
    ...tally({}), id, title: '', area: '990101000000', area_name: '', due_at: at(due), drill: false, ordered_at: at(-60), ordered_by: '', state: 'running', rollup: [],
  };
}

function shelter(id: string, people: number, expected: number): Shelter {
  return {
    id, name: id, area: '', area_name: '', capacity: 100, night_capacity: 60, people, expected, free: 0, free_night: 0, holds_now: 100,
    free_now: Math.max(0, 100 - people - expected), over: Math.max(0, people - 100), stale: false, transfers: 0,
  };
}
