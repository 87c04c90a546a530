import { expect, it } from 'vitest';

import { daySheetOf, momentsOf, nextMoment } from './day_sheet';
import type { Duty, DutyItem } from './protocol';
import type { Held, PostTable, Tables } from './roster';

const DATE = '2026-11-24';
const COUNTY = '990101000000';
const at = (day: number, hour = 0): string => new Date(Date.parse(`2026-11-${day}T00:00:00+08:00`) + hour * 3_600_000).toISOString();

it('whoever decides stands first, then who answers, and posts held for good last', () => {
  const sheet = sheetFor([post('bureau_head', lasting('局')), post('duty_officer', turns('值')), post('lead_officer', turns('带'))]);
  expect(sheet?.posts.map(({ place, isLasting }) => [place.duty, isLasting])).toEqual([['lead_officer', false], ['duty_officer', false], ['bureau_head', true]]);
});

it('a day that several people share says whose hours are whose, and that somebody stands in', () => {
  const shared = [held(at(23, 8), at(24, 8), '甲'), held(at(24, 8), at(24, 20), '乙'), held(at(24, 20), at(25, 8), '丙', 'override'), held(at(25, 8), at(27), '')];
  const table = post('duty_officer', shared);
  expect(sheetFor([table])?.posts[0]?.parts.map(({ from, people, isSubstitute }) => [from, people[0]?.name, isSubstitute]))
    .toEqual([[Date.parse(at(24, 8)), '乙', false], [Date.parse(at(24, 20)), '丙', true]]);
  expect(momentsOf(tables([table, post('bureau_head', lasting('局'))]), DATE)).toEqual([Date.parse(at(24, 8)), Date.parse(at(24, 20))]);
  expect(momentsOf(tables([post('bureau_head', lasting('局'))]), DATE)).toEqual([Date.parse(at(24))]);
});

it('numbers and titles are those that are known, and empty where none is', () => {
  const items = [item(COUNTY, 'duty_officer', '值', '13900000000'), { ...item(COUNTY, 'standby', '备'), phone: null as unknown as string }];
  const sheet = sheetFor([post('duty_officer', turns('值')), post('standby', turns('备'))], [{ at: at(24, 8), items, gaps: [] }], new Map([['值', '科长']]));
  expect(sheet?.posts.map(({ parts }) => parts[0]?.people)).toEqual([
    [{ id: '值', name: '值', title: '科长', phone: '13900000000' }], [{ id: '备', name: '备', title: '', phone: '' }],
  ]);
});

it('areas directly below stand a row each by duty, with hours only where a post changes hands, and a gap is seen', () => {
  const [one, two] = ['990101001000', '990101002000'];
  const morning = { ...item(one, 'duty_officer', '早'), from: at(24, 8), to: at(24, 20) };
  const night = { ...item(one, 'duty_officer', '晚'), from: at(24, 20), to: at(25, 8) };
  const lead = { ...item(one, 'lead_officer', '带'), from: at(24, 8), to: at(25, 8) };
  const { person: _, name: __, source: ___, ...gap } = item(two, 'lead_officer', '');
  const village = item('990101001201', 'duty_officer', '村');
  const duties = [{ at: at(24, 8), items: [morning, lead, village], gaps: [gap] }, { at: at(24, 20), items: [night, lead], gaps: [gap] }];
  const below = sheetFor([], duties)?.below;
  expect(below?.duties.map(({ duty }) => duty)).toEqual(['lead_officer', 'duty_officer']);
  expect(below?.areas.map(({ area, cells }) => [area, cells.map((parts) => parts.map(({ hours, people }) => [hours !== undefined, people.map(({ name }) => name).join()]))]))
    .toEqual([[one, [[[false, '带']], [[true, '早'], [true, '晚']]]], [two, [[[false, '']], []]]]);
});

it('an area below that changes at an hour of its own is asked for at that hour too, up to the end of the day', () => {
  const until = (to: string): Duty => ({ at: at(24, 8), items: [{ ...item('990101001000', 'lead_officer', '带'), from: at(24, 8), to }], gaps: [] });
  const next = (...duties: Duty[]) => nextMoment(tables([post('duty_officer', turns('值'))]), DATE, COUNTY, duties);
  expect(next(until(at(24, 12)))).toBe(Date.parse(at(24, 12)));
  expect(next(until(at(24, 12)), { ...until(at(24, 20)), at: at(24, 12) })).toBe(Date.parse(at(24, 20)));
  expect(next(until(at(25, 8)))).toBeUndefined();
});

it('a day that was not asked for has no sheet, and one in a year without holidays is told to be guessed', () => {
  expect(daySheetOf(tables([]), '2026-12-24', COUNTY, [], new Map())).toBeUndefined();
  expect(daySheetOf({ ...tables([]), years_missing: [2026] }, DATE, COUNTY, [], new Map())?.isGuessed).toBe(true);
});

function sheetFor(items: PostTable[], duties: Duty[] = [], titles: ReadonlyMap<string, string> = new Map()) {
  return daySheetOf(tables(items), DATE, COUNTY, duties, titles);
}

function tables(items: PostTable[]): Tables {
  const days = [24, 25, 26].map((n) => ({ date: `2026-11-${n}`, from: at(n), day_type: 'workday' as const }));
  return { from: at(24), to: at(27), days, years_missing: [], items };
}

function post(duty: string, shifts: Held[]): PostTable {
  return { area: COUNTY, area_name: '县', post: `${COUNTY}/${duty}`, post_title: duty, duty, duty_name: duty, shifts: [], held: shifts, overrides: [], seen: 0 };
}

function held(from: string, to: string, who: string, source: Held['source'] = 'table'): Held {
  return { from, to, people: who === '' ? [] : [{ id: who, name: who }], ...(who !== '' && { source }) };
}

function lasting(who: string): Held[] {
  return [held(at(24), at(27), who, 'permanent')];
}

function turns(who: string): Held[] {
  return [held(at(23, 8), at(24, 8), '先'), held(at(24, 8), at(25, 8), who), held(at(25, 8), at(27), '后')];
}

function item(area: string, duty: string, who: string, phone?: string): DutyItem {
  return { area, area_name: area, post: `${area}/${duty}`, post_title: duty, duty, duty_name: duty, person: who, name: who, source: 'table', ...(phone !== undefined && { phone }) };
}
