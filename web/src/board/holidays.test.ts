import { expect, it } from 'vitest';

import { blankYear, cycled, dayTypeOf, isSameYear, marked, weeksOf, type Year } from './holidays';

const SATURDAY = '2027-01-09';
const FRIDAY = '2027-01-01';

it('a day goes through its marks and back to what its weekday says', () => {
  const seen = (date: string): string[] => {
    let year = blankYear(2027);
    return Array.from({ length: 4 }, () => {
      year = cycled(year, date);
      return dayTypeOf(year, date);
    });
  };
  expect(seen(SATURDAY)).toEqual(['holiday', 'makeup_workday', 'special', 'weekend']);
  expect(seen(FRIDAY)).toEqual(['holiday', 'special', 'workday', 'holiday']);
});

it('off and worked exclude each other, special goes with either, and a workday needs no mark to be worked', () => {
  const off = marked(blankYear(2027), SATURDAY, 'off');
  expect(marked(off, SATURDAY, 'worked')).toEqual({ ...blankYear(2027), worked: [SATURDAY] });
  expect(marked(off, SATURDAY, 'special')).toEqual({ ...blankYear(2027), off: [SATURDAY], special: [SATURDAY] });
  expect(marked(off, SATURDAY, 'off')).toEqual(blankYear(2027));
  expect(marked(off, FRIDAY, 'worked')).toBe(off);
});

it('years that say the same in another order are the same', () => {
  const year: Year = { year: 2027, off: ['2027-01-02', FRIDAY], worked: [], special: [] };
  expect(isSameYear(year, { ...year, off: [FRIDAY, '2027-01-02'] })).toBe(true);
  expect(isSameYear(year, blankYear(2027))).toBe(false);
});

it('a month begins under its weekday and ends with its last day', () => {
  const weeks = weeksOf('2027-02');
  expect(weeks[0]).toEqual(['2027-02-01', '2027-02-02', '2027-02-03', '2027-02-04', '2027-02-05', '2027-02-06', '2027-02-07']);
  expect([weeks.length, weeksOf('2027-01')[0]?.indexOf(FRIDAY), weeksOf('2027-01').flat().filter(Boolean).length]).toEqual([4, 4, 31]);
});
