import { expect, it } from 'vitest';

import { addDays, addMonths, dateAt, datesOf, instantOf, lastOf, readingAt, weekdayOf } from './local';

const ZONE = 'Asia/Shanghai';

it('an instant and what clocks show then lead to each other', () => {
  const at = Date.parse('2026-11-30T20:00:00+08:00');
  expect(readingAt(at, ZONE)).toBe('2026-11-30T20:00');
  expect(instantOf('2026-11-30T20:00', ZONE)).toBe(at);
  expect(dateAt(Date.parse('2026-11-30T16:30:00Z'), ZONE)).toBe('2026-12-01');
  expect(instantOf('', ZONE)).toBeUndefined();
});

it('a reading after the clocks have changed is found too', () => {
  for (const reading of ['2026-03-29T01:30', '2026-03-29T03:00', '2026-10-25T03:30']) {
    expect(readingAt(instantOf(reading, 'Europe/Paris') ?? 0, 'Europe/Paris')).toBe(reading);
  }
});

it('months have their own ends, also in February and over the year', () => {
  expect([lastOf('2026-02'), lastOf('2028-02'), lastOf('2026-12')]).toEqual(['2026-02-28', '2028-02-29', '2026-12-31']);
  expect([addMonths('2026-11', 2), addMonths('2026-01', -1)]).toEqual(['2027-01', '2025-12']);
});

it('days follow one another over the end of a month', () => {
  expect(datesOf('2026-11-29', '2026-12-01')).toEqual(['2026-11-29', '2026-11-30', '2026-12-01']);
  expect(datesOf('2026-12-01', '2026-11-29')).toEqual([]);
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  expect([weekdayOf('2026-11-23'), weekdayOf('2026-11-22')]).toEqual([0, 6]);
});
