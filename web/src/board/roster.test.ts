import { expect, it } from 'vitest';

import { addDays } from './local';
import { boundaryOf, crewOf, sheetOf, stepTo, tallyOf, type Day, type Defect, type Held, type PostTable, type Tables } from './roster';

const MONTH = '2026-11';
const at = (date: string, hour = 0): string => new Date(Date.parse(`${date}T00:00:00+08:00`) + hour * 3_600_000).toISOString();
const days: Day[] = [1, 2, 3, 4].map((n) => ({ date: `2026-11-0${n}`, from: at(`2026-11-0${n}`), day_type: n === 1 ? 'weekend' : 'workday' }));
/** A month of three days, and the day after it. */
const shown = days.map((day, n) => (n === 3 ? { ...day, date: '2026-12-01' } : day));
const place = { area: 'c', area_name: '县', post: 'c/duty', post_title: '值班员', duty: 'duty', duty_name: '值班员' };
const held = (from: string, to: string, who: string, source?: Held['source']): Held =>
  ({ from, to, people: [...who].map((id) => ({ id, name: id })), ...(source && { source }) });

it('a duty day runs from the hour at which the post changes, into the next day and the next month', () => {
  const post = table([
    held(at('2026-11-01'), at('2026-11-01', 8), '甲', 'rotation'), held(at('2026-11-01', 8), at('2026-11-02', 8), '乙', 'rotation'),
    held(at('2026-11-02', 8), at('2026-11-03', 8), '丙', 'rotation'), held(at('2026-11-03', 8), at('2026-11-05'), '丁', 'table'),
  ]);
  const [column] = sheetOf(tables([post]), MONTH, []);
  expect(names(column?.cells)).toEqual(['乙', '丙', '丁']);
  expect(column?.cells[2]).toMatchObject({ date: '2026-11-03', from: Date.parse(at('2026-11-03', 8)), to: Date.parse(at('2026-11-04', 8)) });
});

it('a cell that several people share says who holds which part, and a hole is a part of its own', () => {
  const post = table([
    held(at('2026-11-01'), at('2026-11-01', 20), '甲', 'table'), held(at('2026-11-01', 20), at('2026-11-02', 8), '乙', 'override'),
    held(at('2026-11-02', 8), at('2026-11-02', 12), '甲', 'table'), held(at('2026-11-02', 12), at('2026-11-03', 8), ''),
    held(at('2026-11-03', 8), at('2026-11-05'), '甲', 'table'),
  ]);
  const [column] = sheetOf(tables([post]), MONTH, []);
  const said = column?.cells.map((cell) => cell.parts.map((part) => [part.people.map(({ id }) => id).join(''), part.source, (part.to - part.from) / 3_600_000]));
  expect(said).toEqual([[['甲', 'table', 12], ['乙', 'override', 12]], [['甲', 'table', 4], ['', undefined, 20]], [['甲', 'table', 24]]]);
});

it('the day begins where a post changes most often: the earliest of several, midnight where it never does', () => {
  const shifts = [8, 20].flatMap((hour) => ['01', '02'].map((day) => held(at(`2026-11-${day}`, hour), at(`2026-11-${day}`, hour + 12), '甲', 'table')));
  const first = held(at('2026-11-01'), at('2026-11-01', 8), '乙', 'table');
  expect(boundaryOf([first, ...shifts], days)).toBe(8 * 60);
  expect(boundaryOf([held(at('2026-11-01'), at('2026-11-05'), '甲', 'permanent')], days)).toBe(0);
});

it('a permanent holder is written once, and again after whoever stood in', () => {
  const post = table([
    held(at('2026-11-01'), at('2026-11-02'), '甲', 'permanent'), held(at('2026-11-02'), at('2026-11-03'), '乙', 'override'),
    held(at('2026-11-03'), at('2026-11-05'), '甲', 'permanent'),
  ]);
  const whole = table([held(at('2026-11-01'), at('2026-11-05'), '甲', 'permanent')]);
  const repeated = (one: PostTable) => sheetOf(tables([one]), MONTH, [])[0]?.cells.map((cell) => cell.isRepeat);
  expect(repeated(whole)).toEqual([false, true, true]);
  expect(repeated(post)).toEqual([false, false, false]);
});

it('what is wrong stands in every cell that it touches', () => {
  const post = table([held(at('2026-11-01'), at('2026-11-05'), '甲', 'permanent')]);
  const leave = defect('on_leave', at('2026-11-02'), at('2026-11-03'));
  const cells = sheetOf(tables([post]), MONTH, [leave, { ...leave, post: 'c/other' }])[0]?.cells;
  expect(cells?.map((cell) => cell.defects.length)).toEqual([0, 1, 0]);
  expect(cells?.map((cell) => cell.isRepeat)).toEqual([false, false, false]);
});

it('posts at which people take turns stand first, and one that nobody has ever held with them', () => {
  const lasting = { ...table([held(at('2026-11-01'), at('2026-11-05'), '甲', 'permanent')]), post: 'lasting' };
  const turning = { ...table([held(at('2026-11-01'), at('2026-11-05'), '甲', 'rotation')]), post: 'turning' };
  const empty = { ...table([held(at('2026-11-01'), at('2026-11-05'), '')]), post: 'empty' };
  expect(sheetOf(tables([lasting, turning, empty]), MONTH, []).map((column) => column.table.post)).toEqual(['turning', 'empty', 'lasting']);
});

it('somebody without a telephone is counted once, gaps each', () => {
  const list = [defect('gap', at('2026-11-01'), at('2026-11-02')), defect('gap', at('2026-11-03'), at('2026-11-04')),
    defect('no_telephone', at('2026-11-01'), at('2026-11-02')), defect('no_telephone', at('2026-11-03'), at('2026-11-04'))];
  expect(tallyOf(list)).toEqual({ gap: 2, no_telephone: 1 });
});

it('the cursor stays on the sheet, and the crew is whoever is named, most often first', () => {
  const one = table([held(at('2026-11-01'), at('2026-11-02'), '甲', 'table'), held(at('2026-11-02'), at('2026-11-05'), '乙丙', 'table'), held(at('2026-11-05'), at('2026-11-06'), '乙', 'table')]);
  const columns = sheetOf(tables([one, { ...one, post: 'c/other' }]), MONTH, []);
  expect(stepTo(columns, undefined, 0, 1)).toEqual({ post: 'c/duty', date: '2026-11-01' });
  expect(stepTo(columns, { post: 'c/duty', date: '2026-11-03' }, 5, 5)).toEqual({ post: 'c/other', date: '2026-11-03' });
  const [column] = columns;
  expect(column === undefined ? [] : crewOf(column).map(({ id }) => id)).toEqual(['乙', '丙', '甲'].sort((a, b) => Number(b === '乙') - Number(a === '乙') || a.localeCompare(b)));
});

function table(parts: Held[]): PostTable {
  return { ...place, shifts: [], held: parts, overrides: [], seen: 7 };
}

function tables(items: PostTable[]): Tables {
  return { from: at('2026-11-01'), to: at(addDays('2026-11-01', 4)), days: shown, years_missing: [], items };
}

function defect(kind: Defect['kind'], from: string, to: string): Defect {
  return { ...place, kind, from, to, ...(kind === 'gap' ? {} : { person: { id: '甲', name: '甲' } }) };
}

function names(cells: readonly { parts: readonly { people: readonly { id: string }[] }[] }[] | undefined): string[] | undefined {
  return cells?.map(({ parts }) => parts.map(({ people }) => people.map(({ id }) => id).join('')).join('/'));
}
