/** Times and spans as people read them, in the jurisdiction's time zone. Pure: `now` is an argument. */

import type { Language } from './language.svelte';

const formats = new Map<string, Intl.DateTimeFormat>();

/** 21:05 */
export function hourMinute(at: string | number, zone: string): string {
  return format('en-GB', zone, { hour: '2-digit', minute: '2-digit', hour12: false }, at);
}

/** 21:05:12 */
export function hourMinuteSecond(at: string | number, zone: string): string {
  return format('en-GB', zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }, at);
}

/** 11月21日 星期六, or Saturday 21 November. */
export function date(at: number, zone: string, language: Language): string {
  return language === 'zh'
    ? `${format('zh-CN', zone, { month: 'long', day: 'numeric' }, at)} ${format('zh-CN', zone, { weekday: 'long' }, at)}`
    : format('en-GB', zone, { weekday: 'long', month: 'long', day: 'numeric' }, at);
}

/** 农历十月十三; nothing where the browser does not know the lunar calendar. */
export function lunarDate(at: number, zone: string): string {
  const [month = ''] = /[^\d年]+月/.exec(format('zh-CN-u-ca-chinese', zone, { month: 'long', day: 'numeric' }, at)) ?? [];
  const day = Number.parseInt(format('en-u-ca-chinese', zone, { day: 'numeric' }, at), 10);
  const name = lunarDay(day);
  return month === '' || name === '' ? '' : `农历${month}${name}`;
}

/** 21:05 today, else 11月20日 21:05. */
export function moment(at: string, now: number, zone: string, language: Language): string {
  const day = (time: string | number): string => format('en-CA', zone, { dateStyle: 'short' }, time);
  if (day(at) === day(now)) return hourMinute(at, zone);
  const monthDay = language === 'zh'
    ? format('zh-CN', zone, { month: 'long', day: 'numeric' }, at)
    : format('en-GB', zone, { month: 'short', day: 'numeric' }, at);
  return `${monthDay} ${hourMinute(at, zone)}`;
}

/** 2027-11-22 21:05:12, for a time that may be of any year. What is no time stays as it was written. */
export function fullTime(at: string, zone: string): string {
  return Number.isNaN(Date.parse(at)) ? at : format('sv-SE', zone, { dateStyle: 'short', timeStyle: 'medium' }, at);
}

/** 03:25, or 1:03:25 from an hour on. A span that has not begun is 00:00. */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(total / 3_600);
  const rest = `${two(Math.floor((total % 3_600) / 60))}:${two(total % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
}

/** A span as a number of its largest unit: seconds by tens so that it does not flicker, minutes, hours, days. */
export function coarse(ms: number): { count: number; unit: 0 | 1 | 2 | 3 } {
  const seconds = Math.max(0, ms / 1_000);
  if (seconds < 60) return { count: Math.max(10, Math.floor(seconds / 10) * 10), unit: 0 };
  if (seconds < 3_600) return { count: Math.floor(seconds / 60), unit: 1 };
  return seconds < 86_400 ? { count: Math.floor(seconds / 3_600), unit: 2 } : { count: Math.floor(seconds / 86_400), unit: 3 };
}

function lunarDay(day: number): string {
  const DIGITS = [...'一二三四五六七八九十'];
  if (!(day >= 1 && day <= 30)) return '';
  if (day === 20 || day === 30) return day === 20 ? '二十' : '三十';
  return ['初', '十', '廿'][Math.floor((day - 1) / 10)] + (DIGITS[(day - 1) % 10] ?? '');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function format(locale: string, zone: string, options: Intl.DateTimeFormatOptions, at: string | number): string {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(typeof at === 'string' ? Date.parse(at) : at);
}
