/** Days and hours as a roster writes them: short. Pure. */

import { readingAt } from '../board/local';
import type { Language } from './language.svelte';

const DAY_MIN = 1_440;

/** 8–20, 20–8:30; midnight ends a part as 24. With `nextDay` it says of an end on another day that it is. */
export function hours(from: number, to: number, zone: string, nextDay: (time: string) => string = (time) => time): string {
  const end = short(to, zone);
  const isNext = readingAt(from, zone).slice(0, 10) !== readingAt(to, zone).slice(0, 10);
  return `${short(from, zone)}–${end === '0' ? '24' : isNext ? nextDay(end) : end}`;
}

/** 08:00–20:00, 08:00–次日08:00; midnight ends a part as 24:00. */
export function spanOf(from: number, to: number, zone: string, nextDay: (time: string) => string): string {
  const [begin, end] = [readingAt(from, zone), readingAt(to, zone)];
  const time = end.slice(11);
  const isSame = begin.slice(0, 10) === end.slice(0, 10);
  return `${begin.slice(11)}–${isSame ? time : time === '00:00' ? '24:00' : nextDay(time)}`;
}

/** 11月28日 周六, or Sat 28 Nov. */
export function dayOf(date: string, language: Language): string {
  const at = new Date(date);
  if (language === 'zh') return `${monthDay(date, 'zh')} ${new Intl.DateTimeFormat('zh-CN', { weekday: 'short', timeZone: 'UTC' }).format(at)}`;
  return `${new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' }).format(at)} ${monthDay(date, 'en')}`;
}

/** 星期六, or Saturday. */
export function weekday(date: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'long', timeZone: 'UTC' }).format(new Date(date));
}

/** 11月28日, or 28 Nov. */
export function monthDay(date: string, language: Language): string {
  const [locale, month] = language === 'zh' ? (['zh-CN', 'long'] as const) : (['en-GB', 'short'] as const);
  return new Intl.DateTimeFormat(locale, { month, day: 'numeric', timeZone: 'UTC' }).format(new Date(date));
}

/** 2026年11月28日, or 28 Nov 2026. */
export function fullDay(date: string, language: Language): string {
  const [locale, month] = language === 'zh' ? (['zh-CN', 'long'] as const) : (['en-GB', 'short'] as const);
  return new Intl.DateTimeFormat(locale, { year: 'numeric', month, day: 'numeric', timeZone: 'UTC' }).format(new Date(date));
}

/** 2026年10月1日至10月31日, or 1 Oct to 31 Oct 2026: the year once where it is one. */
export function daySpan(first: string, last: string, language: Language, join: (first: string, last: string) => string): string {
  if (first === last) return fullDay(first, language);
  if (first.slice(0, 4) !== last.slice(0, 4)) return join(fullDay(first, language), fullDay(last, language));
  return language === 'zh' ? join(fullDay(first, 'zh'), monthDay(last, 'zh')) : join(monthDay(first, 'en'), fullDay(last, 'en'));
}

/** 8:00–次日8:00. */
export function shiftTime(
  shift: { from_minute: number; minutes: number }, nextDay: (time: string) => string, later: (days: number, time: string) => string,
): string {
  const end = shift.from_minute + shift.minutes;
  const days = Math.floor(end / DAY_MIN);
  const time = clockOf(end % DAY_MIN);
  const said = days === 0 ? time : days === 1 ? nextDay(time) : later(days, time);
  return `${clockOf(shift.from_minute)}–${said}`;
}

function short(at: number, zone: string): string {
  const [hour, minute] = readingAt(at, zone).slice(11).split(':');
  return minute === '00' ? String(Number(hour)) : `${Number(hour)}:${minute}`;
}

function clockOf(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}
