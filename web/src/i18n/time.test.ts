import { expect, it } from 'vitest';

import { coarse, date, fullTime, hourMinuteSecond, lunarDate, moment, span } from './time';

const ZONE = 'Asia/Shanghai';
const NIGHT = Date.parse('2021-07-21T18:05:12Z');

it('a time is the jurisdiction’s, whatever the device thinks', () => {
  expect(hourMinuteSecond(NIGHT, ZONE)).toBe('02:05:12');
  expect(date(NIGHT, ZONE, 'zh')).toBe('7月22日 星期四');
  expect(date(NIGHT, ZONE, 'en')).toBe('Thursday 22 July');
});

it('midnight is 00, not 24', () => {
  expect(hourMinuteSecond('2021-07-22T00:00:00+08:00', ZONE)).toBe('00:00:00');
});

it('a moment of another day says which', () => {
  expect(moment('2021-07-22T01:00:00+08:00', NIGHT, ZONE, 'zh')).toBe('01:00');
  expect(moment('2021-07-21T23:59:00+08:00', NIGHT, ZONE, 'zh')).toBe('7月21日 23:59');
});

it('a time of any year says which, and what is no time is left as it is', () => {
  expect(fullTime('2099-12-31T16:00:01Z', ZONE)).toBe('2100-01-01 00:00:01');
  expect(fullTime('+12345-01-01T00:00:00Z', ZONE)).toBe('+12345-01-01T00:00:00Z');
});

it('a span ticks in minutes, then hours, and never runs backwards', () => {
  expect([-5_000, 0, 65_000, 3_599_999, 3_600_000].map(span)).toEqual(['00:00', '00:00', '01:05', '59:59', '1:00:00']);
});

it('the lunar date is written as people write it', () => {
  expect(lunarDate(Date.parse('2026-11-22T12:00:00+08:00'), ZONE)).toBe('农历十月十四');
  expect(lunarDate(Date.parse('2026-02-17T12:00:00+08:00'), ZONE)).toBe('农历正月初一');
});

it('an age is told by its largest unit, and not by the second', () => {
  const ages = [3_000, 47_000, 61_000, 3_599_000, 3_600_000, 86_399_000, 200_000_000].map(coarse);
  expect(ages.map(({ count, unit }) => `${count}${'smhd'[unit]}`)).toEqual(['10s', '40s', '1m', '59m', '1h', '23h', '2d']);
});
