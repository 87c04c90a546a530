import { expect, it } from 'vitest';

import {
  changesNothing, changesOf, columnRuns, isOver, lacksYear, linesOf, mayBringIn, mayTakeBack, namesAfter, nextOpen, placeRuns,
  type Imported, type ImportPreview, type LineChange, type PostChange, type TakenColumn, type UnclearName,
} from './duty_import';

it('a month of days is told as one column, and duties each by themselves', () => {
  const days = ['C', 'D', 'E'].map((column, n): TakenColumn => ({ column, heading: String(n + 1), means: 'day' }));
  const runs = columnRuns([{ column: 'A', heading: '姓名', means: 'people' }, ...days, duty('F', 'a'), duty('G', 'b')]);
  expect(runs.map(({ column, last }) => [column, last?.column])).toEqual([['A', undefined], ['C', 'E'], ['F', undefined], ['G', undefined]]);
  expect(runs[1]?.last?.heading).toBe('3');
});

it('a name that stands in many rows is told by its column', () => {
  const places = [{ row: 3, column: '值班' }, { row: 9, column: '值班' }, { row: 9, column: '值班' }, { sheet: '十月', row: 3, column: '值班' }];
  expect(placeRuns(places)).toEqual([{ sheet: '', columns: ['值班'], rows: [3, 9] }, { sheet: '十月', columns: ['值班'], rows: [3] }]);
});

it('a name that stands in many columns of a month that runs across is told by its row', () => {
  const places = ['1', '4', '5'].map((column) => ({ sheet: '七月', row: 4, column }));
  expect(placeRuns(places)).toEqual([{ sheet: '七月', rows: [4], columns: ['1', '4', '5'] }]);
});

it('a file of days that are over is told from one that reaches into today', () => {
  const dateOf = (at: string) => at.slice(0, 10);
  expect(isOver(preview({ last: '2026-10-31T08:00' }), '2026-11-01', dateOf)).toBe(true);
  expect(isOver(preview({ last: '2026-11-01T08:00' }), '2026-11-01', dateOf)).toBe(false);
  expect(isOver(preview({}), '2026-11-01', dateOf)).toBe(false);
});

it('a name that was chosen for keeps its place, and one that is asked for no more goes', () => {
  const before = ['甲', '乙', '丙'].map(name);
  const choices = new Map([['甲', { id: '1', name: '甲某' }]]);
  expect(namesAfter(before, [name('丁'), name('丙')], choices).map(({ text }) => text)).toEqual(['甲', '丙', '丁']);
});

it('the keys go on to the next open name, and round to the first', () => {
  const names = ['甲', '乙', '丙'].map(name);
  const chosen = (...texts: string[]) => new Map(texts.map((text) => [text, { id: text, name: text }]));
  expect(nextOpen(names, chosen(), '')).toBe('甲');
  expect(nextOpen(names, chosen(), '乙')).toBe('乙');
  expect(nextOpen(names, chosen('乙'), '乙')).toBe('丙');
  expect(nextOpen(names, chosen('乙', '丙'), '丙')).toBe('甲');
  expect(nextOpen(names, chosen('甲', '乙', '丙'), '丙')).toBeUndefined();
});

it('changes of a post stand by day, whatever they are', () => {
  const post = { ...postOf(true), added: [line(3)], changed: [line(1)], taken_away: [line(2)] };
  expect(changesOf(post).map(({ kind }) => kind)).toEqual(['changed', 'taken_away', 'added']);
});

it('a file counts once nothing is open, and a guess and new posts have been agreed to', () => {
  const no = { guess: false, posts: false };
  expect(mayBringIn(preview({ ready: false }), { guess: true, posts: true })).toBe(false);
  expect(mayBringIn(preview({}), no)).toBe(true);
  expect(mayBringIn(preview({ guessed: true }), no)).toBe(false);
  expect(mayBringIn(preview({ guessed: true }), { ...no, guess: true })).toBe(true);
  expect(mayBringIn(preview({ posts: [postOf(false)] }), no)).toBe(false);
  expect(mayBringIn(preview({ posts: [postOf(false)] }), { ...no, posts: true })).toBe(true);
  expect(mayBringIn(preview({ posts: [{ ...postOf(false), duty_known: false }] }), { ...no, posts: true })).toBe(false);
});

it('a file that says what stands there already is not brought in again', () => {
  const same = preview({ posts: [{ ...postOf(true), added: [], same: 31 }] });
  expect([changesNothing(same), mayBringIn(same, { guess: true, posts: true })]).toEqual([true, false]);
  expect(changesNothing(preview({ ready: false, posts: [] }))).toBe(false);
});

it('lines that are not listed count all the same, and a missing year is told from other faults', () => {
  expect(linesOf(preview({ lines: [{ from: '', to: '', post: 'p' }], lines_left_off: 4 }))).toBe(5);
  const fault = { code: 'no_year', problem: '没有年份', remedy: '写上' };
  expect([lacksYear(preview({ faults: [fault] })), lacksYear(preview({ faults: [{ ...fault, code: 'missing' }] }))]).toEqual([true, false]);
});

it('an import is taken back once, and not after somebody has changed what it left', () => {
  const one: Imported = { id: 'z-1', file_name: 'a.csv', at: '', by: 'admin', lines: 1, posts: [], from: '', to: '', changed_since: [] };
  expect(mayTakeBack(one)).toBe(true);
  expect(mayTakeBack({ ...one, changed_since: ['p'] })).toBe(false);
  expect(mayTakeBack({ ...one, taken_back: { at: '', by: 'admin' } })).toBe(false);
});

function duty(column: string, code: string): TakenColumn {
  return { column, heading: code, means: 'duty', duty: code };
}

function name(text: string): UnclearName {
  return { text, matches: 'nobody', places: [], suggestions: [] };
}

function line(day: number): LineChange {
  return { from: `2026-10-0${day}T00:00:00Z`, to: `2026-10-0${day + 1}T00:00:00Z`, before: [], after: [] };
}

function postOf(known: boolean): PostChange {
  return {
    area: '990101000000', area_name: '示例县', post: '990101000000/a', post_title: '示例县值班员', duty: 'a', duty_name: '值班员', known, duty_known: true,
    from: '', to: '', added: [line(1)], changed: [], taken_away: [], same: 0,
  };
}

function preview(some: Partial<ImportPreview>): ImportPreview {
  return {
    sheets: [], skipped_sheets: [], guessed: false, lines: [], lines_left_off: 0, names: [], names_left_off: 0, faults: [], faults_left_off: 0,
    posts: [postOf(true)], ready: true, seen: 1, ...some,
  };
}
