import { expect, it } from 'vitest';
import {
  holdersOf, isExpired, lightBy, openFirst, papersDue, quantityOf, sourcesOf, stepsOf, supplies, suppliesFor, type Item, type ItemStock, type Line, type Movement,
} from './supply';

const NOW = Date.parse('2026-07-21T18:00:00+08:00');

const CATALOGUE: Item[] = [
  { id: 'boat', code: '2030101', name: '冲锋舟', unit: '艘', spec: '', aliases: [] },
  { id: 'rubber_boat', code: '2030102', name: '橡皮艇', unit: '艘', spec: '', aliases: ['充气艇'] },
  { id: 'life_jacket', code: '2010101', name: '救生衣', unit: '件', spec: '', aliases: [] },
];
const STOCK: ItemStock[] = [{ item: 'boat', name: '冲锋舟', unit: '艘', counted: 20, lying: 20, free: 14, held: 6, out: 0, expired: 0, short: 0, depots: [] }];

it('what the catalogue knows is listed with what there is of it, none of some', () => {
  expect(supplies(CATALOGUE, STOCK).map((one) => [one.item, one.free, one.held])).toEqual([['boat', 14, 6], ['rubber_boat', 0, 0], ['life_jacket', 0, 0]]);
  expect(supplies([], STOCK).map((one) => one.item)).toEqual(['boat']);
});

it('supplies are found by initials, name, either code and another name, each once', () => {
  const all = supplies(CATALOGUE, STOCK);
  const found = (text: string): string[] => suppliesFor(all, text).map((one) => one.item);
  expect(found('cfz')).toEqual(['boat']);
  expect(found('jsy')).toEqual(['life_jacket']);
  expect(found('舟')).toEqual(['boat']);
  expect(found('cqt')).toEqual(['rubber_boat']);
  expect(found('20301')).toEqual(['boat', 'rubber_boat']);
  expect(found('boat')).toEqual(['boat']);
  expect(found(' ')).toHaveLength(3);
  expect(found('zzz')).toEqual([]);
});

it('the next step of a transfer comes first, and only what can be taken is offered', () => {
  expect(stepsOf(movement({ held: 5 }))).toEqual(['issue', 'release']);
  expect(stepsOf(movement({ issued: 5 }))).toEqual(['dispatch', 'return', 'write-off']);
  expect(stepsOf(movement({ held: 1, transit: 4 }))).toEqual(['issue', 'receive', 'return', 'write-off', 'release']);
  expect(stepsOf(movement({ returned: 5 }))).toEqual([]);
  expect(sourcesOf(movement({ issued: 1, received: 4 }), 'return')).toEqual(['received', 'issued']);
});

it('who has an item is named, the most first, and only at that depot', () => {
  const all = [movement({ held: 2 }, 'm-1'), movement({ transit: 5 }, 'm-2'), movement({ returned: 9 }, 'm-3')];
  expect(holdersOf(all, 'd', 'boat').map(({ movement: { id }, quantity }) => [id, quantity])).toEqual([['m-2', 5], ['m-1', 2]]);
  expect(holdersOf(all, 'elsewhere', 'boat')).toEqual([]);
});

it('written orders are listed by when they are due, and press in their last quarter', () => {
  const due = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();
  const all = [{ ...movement({ held: 1 }, 'm-1'), paper_due: due(40) }, movement({ held: 1 }, 'm-2'), { ...movement({ held: 1 }, 'm-3'), paper_due: due(2) }];
  expect(papersDue(all).map((one) => one.id)).toEqual(['m-3', 'm-1']);
  expect(lightBy(due(40), due(-8), NOW)).toBe('grey');
  expect(lightBy(due(11), due(-37), NOW)).toBe('yellow');
  expect(lightBy(due(0), due(-48), NOW)).toBe('red');
});

it('transfers under way come first, the newest first', () => {
  const all = [{ ...movement({}, 'm-1'), open: false }, movement({ held: 1 }, 'm-2'), { ...movement({ held: 1 }, 'm-3'), held_at: '2026-07-21T17:30:00+08:00' }];
  expect([...all].sort(openFirst).map((one) => one.id)).toEqual(['m-3', 'm-2', 'm-1']);
});

it('a lot may be used until its last day ends', () => {
  expect(isExpired({ expires: '2026-07-21' }, '2026-07-21')).toBe(false);
  expect(isExpired({ expires: '2026-07-20' }, '2026-07-21')).toBe(true);
  expect(isExpired({}, '2026-07-21')).toBe(false);
});

it('only whole numbers are quantities', () => {
  expect([' 20 ', '0', '007'].map(quantityOf)).toEqual([20, 0, 7]);
  expect(['', '-1', '1.5', '2e3', '二十', '12345678901'].map(quantityOf)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined]);
});

function movement(at: Partial<Line>, id = 'm-1'): Movement {
  const line: Line = {
    item: 'boat', name: '冲锋舟', unit: '艘', spec: '', wanted: 5, held: 0, issued: 0, transit: 0, received: 0, delivered: 0, returned: 0, written_off: 0,
    released: 0, lots: [], ...at,
  };
  return {
    id, state: 'held', open: true, from: { kind: 'depot', id: 'd', name: '库' }, to: { kind: 'place', name: '堤' }, receiver: { person: '罗守堤' }, ordered_by: '',
    note: '', lines: [line], held_at: '2026-07-21T17:00:00+08:00', held_by: 'dispatcher', overdue: false, revision: 0, changed_by: '', changed_at: '', steps: [],
  };
}
