import { expect, it } from 'vitest';

import { burdens, dutiesOf, edited, inForce, isByTable, stretchToFill, swapped, type Proposal } from './duty_table';
import type { Cell, Column, Line, PostTable } from './roster';

const HOUR_MS = 3_600_000;
const at = (day: number, hour = 8): number => Date.parse(`2026-12-${String(day).padStart(2, '0')}T00:00:00+08:00`) + hour * HOUR_MS;
const text = (ms: number): string => new Date(ms).toISOString();
const line = (day: number, who: string, hour = 8, hours = 24): Line =>
  ({ from: text(at(day, hour)), to: text(at(day, hour + hours)), people: [...who].map((id) => ({ id, name: id })) });

it('filling begins on the first day ahead without lines and ends before the next that has some', () => {
  expect(stretchToFill(column([1, 2, 3, 8], 10), '2026-12', '2026-11-23')).toEqual({ first: '2026-12-04', last: '2026-12-07' });
  expect(stretchToFill(column([1, 2], 31), '2026-12', '2026-12-05')).toEqual({ first: '2026-12-06', last: '2026-12-31' });
});

it('a month that is full or over leads to the one after it', () => {
  expect(stretchToFill(column([1, 2, 3], 3), '2026-12', '2026-11-23')).toEqual({ first: '2027-01-01', last: '2027-01-31' });
  expect(stretchToFill(column([], 31), '2026-12', '2027-02-05')).toEqual({ first: '2027-03-01', last: '2027-03-31' });
});

it('what nobody can take is left open when a proposal is put in force', () => {
  const shifts = [proposal(1, '甲'), proposal(2, ''), proposal(3, '乙')];
  const set = inForce({ post: 'p', from: text(at(1, 0)), to: text(at(4, 0)), shifts, years_missing: [], seen: 9 });
  expect(set.shifts.map(({ people }) => people)).toEqual([['甲'], ['乙']]);
  expect([set.seen, set.from]).toEqual([9, text(at(1, 0))]);
});

it('two days change places and what lies between stays', () => {
  const table = tableOf([line(1, '甲'), line(2, '乙'), line(3, '丙')]);
  const set = swapped(table, cell(3), cell(1));
  expect(set?.shifts.map(({ people }) => people.join(''))).toEqual(['丙', '乙', '甲']);
  expect([set?.from, set?.to, set?.seen]).toEqual([text(at(1)), text(at(4)), 7]);
});

it('days of several shifts change about shift by shift', () => {
  const table = tableOf([line(1, '甲', 8, 12), line(1, '乙', 20, 12), line(2, '丙', 8, 12), line(2, '丁', 20, 12)]);
  expect(swapped(table, cell(1), cell(2))?.shifts.map(({ people }) => people.join(''))).toEqual(['丙', '丁', '甲', '乙']);
});

it('a day that the table does not decide does not change places', () => {
  const table = tableOf([line(1, '甲'), line(2, '乙')]);
  expect(swapped(table, cell(1), cell(2, 'override'))).toBeUndefined();
  expect(swapped(table, cell(1), cell(3))).toBeUndefined();
  expect(swapped(table, cell(1), cell(1))).toBeUndefined();
  expect(isByTable({ ...cell(1), parts: [] })).toBe(false);
});

it('a line without people is taken off the table', () => {
  const set = edited(tableOf([]), cell(1), [line(1, '甲', 8, 12), line(1, '', 20, 12)]);
  expect(set.shifts).toEqual([{ from: text(at(1)), to: text(at(1, 20)), people: ['甲'] }]);
});

it('who bears how much counts what was before, and days that others have off apart', () => {
  const shifts = [proposal(1, '甲'), proposal(5, '甲'), proposal(6, '乙')];
  const typeOf = (from: string): 'weekend' | undefined => ([text(at(5)), text(at(6))].includes(from) ? 'weekend' : undefined);
  const rows = burdens(shifts, typeOf, new Map([['乙', { all: 5, off: 1 }]]));
  expect(rows.map(({ person, before, added }) => [person.id, before, added])).toEqual([
    ['乙', { all: 5, off: 1 }, { all: 1, off: 1 }], ['甲', { all: 0, off: 0 }, { all: 2, off: 1 }],
  ]);
  expect(dutiesOf({ workday: 3, weekend: 2, holiday: 1, makeup_workday: 1 })).toEqual({ all: 7, off: 3 });
});

function proposal(day: number, who: string): Proposal {
  return { ...line(day, who), day_type: 'workday', reason: who === '' ? 'nobody' : 'longest', passed_over: [] };
}

function cell(day: number, source: 'table' | 'override' = 'table'): Cell {
  const [from, to] = [at(day), at(day + 1)];
  const date = `2026-12-${String(day).padStart(2, '0')}`;
  return { date, dayType: 'workday', from, to, parts: [{ from, to, people: [], source }], defects: [], isRepeat: false };
}

function column(days: number[], length: number): Column {
  const cells = Array.from({ length }, (_, n) => cell(n + 1));
  return { table: tableOf(days.map((day) => line(day, '甲'))), isTurning: true, cells };
}

function tableOf(shifts: Line[]): PostTable {
  return { area: 'a', area_name: '', post: 'p', post_title: '', duty: '', duty_name: '', shifts, held: [], overrides: [], seen: 7 };
}
