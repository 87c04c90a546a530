import { expect, it } from 'vitest';

import { figuresOf, inForceFirst, returnOf, townshipLight, type Cadence, type Round, type Township } from './round';

const DUE = Date.parse('2026-11-23T08:00:00Z');
const round = { due_at: new Date(DUE).toISOString() } as Round;
const BLANK = figuresOf(undefined);

it('a township waits, presses before the round is due, and is late from then on', () => {
  const light = (minutes: number, state: Township['state'] = 'waiting') => townshipLight({ state } as Township, round, DUE + minutes * 60_000);
  expect([light(-16), light(-15), light(0), light(5, 'answered'), light(5, 'excused')]).toEqual(['grey', 'yellow', 'red', 'green', 'grey']);
});

it('nothing typed is nothing to report, and a number that nobody knows is not sent as 0', () => {
  expect(returnOf(BLANK)).toEqual({ what: 'nothing' });
  expect(returnOf({ ...BLANK, trapped: '2', moved: ' 130 ' })).toEqual({ what: 'numbers', casualties: { trapped: 2 }, moved: 130 });
  expect(returnOf({ ...BLANK, dead: '0', text: ' 路断 ' })).toEqual({ what: 'numbers', casualties: { dead: 0 }, text: '路断' });
});

it('what is no number of people is named', () => {
  for (const typed of ['-1', '1.5', '三']) expect(returnOf({ ...BLANK, missing: typed })).toBe('missing');
});

it('an answer that is put right comes as it was typed', () => {
  const answer = { what: 'numbers' as const, casualties: { dead: 0 }, moved: 7, text: '路断' };
  expect(returnOf(figuresOf(answer))).toEqual(answer);
});

it('what is switched on stands first, the newest first', () => {
  const one = (id: string, on: boolean, started_at: string): Cadence => ({ id, on, started_at }) as Cadence;
  const all = [one('old', true, '2026-11-01T00:00:00Z'), one('off', false, '2026-11-09T00:00:00Z'), one('new', true, '2026-11-05T00:00:00Z')];
  expect(all.sort(inForceFirst).map(({ id }) => id)).toEqual(['new', 'old', 'off']);
});
