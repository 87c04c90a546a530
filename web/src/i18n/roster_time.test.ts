import { expect, it } from 'vitest';

import { dayOf, daySpan, fullDay, hours, shiftTime, spanOf, weekday } from './roster_time';

const ZONE = 'Asia/Shanghai';
const at = (text: string): number => Date.parse(`${text}+08:00`);

it('hours are as short as they can be said', () => {
  expect(hours(at('2026-11-23T08:00'), at('2026-11-23T20:00'), ZONE)).toBe('8–20');
  expect(hours(at('2026-11-23T20:00'), at('2026-11-24T08:30'), ZONE)).toBe('20–8:30');
  expect(hours(at('2026-11-23T20:00'), at('2026-11-24T00:00'), ZONE)).toBe('20–24');
  expect(hours(at('2026-11-23T08:00'), at('2026-11-24T08:00'), ZONE, (time) => `次日${time}`)).toBe('8–次日8');
});

it('on paper hours have their minutes', () => {
  const next = (time: string): string => `次日${time}`;
  expect(spanOf(at('2026-11-23T08:00'), at('2026-11-24T08:00'), ZONE, next)).toBe('08:00–次日08:00');
  expect(spanOf(at('2026-11-23T08:00'), at('2026-11-23T20:30'), ZONE, next)).toBe('08:00–20:30');
  expect(spanOf(at('2026-11-23T20:00'), at('2026-11-24T00:00'), ZONE, next)).toBe('20:00–24:00');
});

it('a day is said with its weekday where somebody has to choose it', () => {
  expect(dayOf('2026-11-28', 'zh')).toBe('11月28日 周六');
  expect(dayOf('2026-11-28', 'en')).toBe('Sat 28 Nov');
  expect([weekday('2026-11-28', 'zh'), weekday('2026-11-28', 'en')]).toEqual(['星期六', 'Saturday']);
  expect([fullDay('2026-11-28', 'zh'), fullDay('2026-11-28', 'en')]).toEqual(['2026年11月28日', '28 Nov 2026']);
});

it('a span of days says its year once, and twice across the turn of the year', () => {
  const join = (first: string, last: string): string => `${first}至${last}`;
  expect(daySpan('2026-10-01', '2026-10-31', 'zh', join)).toBe('2026年10月1日至10月31日');
  expect(daySpan('2026-10-01', '2026-10-31', 'en', join)).toBe('1 Oct至31 Oct 2026');
  expect(daySpan('2026-12-28', '2027-01-03', 'zh', join)).toBe('2026年12月28日至2027年1月3日');
  expect(daySpan('2026-10-01', '2026-10-01', 'zh', join)).toBe('2026年10月1日');
});

it('a shift of a rotation says when it ends', () => {
  expect(shiftTime({ from_minute: 480, minutes: 1_440 }, (time) => `次日${time}`, (n, time) => `${n} 天后 ${time}`)).toBe('8:00–次日8:00');
  expect(shiftTime({ from_minute: 0, minutes: 510 }, (time) => time, (n, time) => `${n} ${time}`)).toBe('0:00–8:30');
});
