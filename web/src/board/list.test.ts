import { expect, it } from 'vitest';

import { answered, COUNTY, emptyBoard, redWarning, TOWNSHIP, VILLAGE } from './fixture';
import { differs, held, listed, NO_FILTER, step, stepFrom } from './list';
import type { ObligationView } from './protocol';
import { reduceAll } from './reduce';

const board = reduceAll(emptyBoard(), [...redWarning(), answered(6, 'o-1', `${COUNTY}/lead_officer`, 'ringing', 'p-lead')]);
const views = [...board.open.items.values(), ...board.mine.values()];
const ids = (filter: object): string[] => listed(views, { ...NO_FILTER, ...filter }, board.names);

it('shows what waits, by state, area and name', () => {
  expect(ids({})).toEqual(['o-2', 'o-3']);
  expect(ids({ shown: 'answered' })).toEqual(['o-1']);
  expect(ids({ shown: 'all' })).toEqual(['o-2', 'o-3', 'o-1']);
  expect(ids({ shown: 'all', area: TOWNSHIP })).toEqual(['o-2', 'o-3']);
  expect(ids({ text: ' 东街 ' })).toEqual(['o-3']);
  expect(ids({ text: '黎阳' })).toEqual(['o-2', 'o-3']);
  expect(ids({ text: 'p-village 的' })).toEqual(['o-3']);
});

it('of those that wait equally long the unreached come first', () => {
  const same = views.map((view): ObligationView => ({ ...view, opened_at: '2026-07-21T18:00:00+08:00' }));
  const unreached = same.map((view): ObligationView => (view.area === VILLAGE ? { ...view, state: 'unreached' } : view));
  expect(listed(unreached, NO_FILTER, board.names)).toEqual(['o-3', 'o-2']);
});

it('nothing moves under the cursor: what leaves stays, what is new comes last', () => {
  expect(held(['a', 'b', 'c'], ['d', 'c', 'a'])).toEqual(['a', 'b', 'c', 'd']);
  expect(differs(['a', 'b'], ['b', 'a'])).toBe(true);
  expect(differs(['a', 'b'], ['a', 'b'])).toBe(false);
});

it('the cursor stays in the list and begins at its end it comes from', () => {
  expect(step(['a', 'b'], undefined, 1)).toBe('a');
  expect(step(['a', 'b'], undefined, -1)).toBe('b');
  expect(step(['a', 'b'], 'a', 1)).toBe('b');
  expect(step(['a', 'b'], 'b', 1)).toBe('b');
  expect(step([], undefined, 1)).toBeUndefined();
});

it('keys go on from where the one in hand stood once it is listed no more', () => {
  expect([stepFrom(['a', 'c', 'd'], 'b', 1, 1), stepFrom(['a', 'c', 'd'], 'b', 1, -1)]).toEqual(['c', 'a']);
  expect([stepFrom(['a'], 'b', 1, 1), stepFrom(['a', 'b'], 'a', 1, 1), stepFrom([], 'b', 1, 1), stepFrom(['a'], undefined, 0, 1)]).toEqual(['a', 'b', undefined, 'a']);
});
