/** What is wrong with the roster in the days to come, as the desk looks ahead. Pure. */

import { dateAt } from './local';
import { FAULTS, isOfTelephone, type At, type Defect, type Fault, type OutlookDay } from './roster';

/** Returns how much of a kind is wrong on a day. */
export function countOn(day: OutlookDay, fault: Fault): number {
  return fault === 'gap' ? day.gaps : day[fault];
}

/** Returns what is wrong, the soonest first; somebody whom no telephone reaches is so every day, and stands last. */
export function soonestFirst(defects: readonly Defect[]): Defect[] {
  const rank = ({ kind }: Defect): number => (isOfTelephone(kind) ? 1 : 0);
  const order = (a: Defect, b: Defect): number =>
    rank(a) - rank(b) || Date.parse(a.from) - Date.parse(b.from) || FAULTS.indexOf(a.kind) - FAULTS.indexOf(b.kind) || a.post.localeCompare(b.post);
  return [...defects].sort(order);
}

/** Returns those that touch a date; all of them where none is named. */
export function onDate(defects: readonly Defect[], date: string | undefined, zone: string): Defect[] {
  if (date === undefined) return [...defects];
  return defects.filter(({ from, to }) => dateAt(Date.parse(from), zone) <= date && date <= dateAt(Date.parse(to) - 1, zone));
}

export function idOf({ kind, post, from, person }: Defect): string {
  return [kind, post, from, person?.id ?? ''].join(' ');
}

/** Returns the next date on which anything is wrong, in that direction; the same where there is none. */
export function nextDate(days: readonly OutlookDay[], date: string | undefined, by: number): string | undefined {
  const wrong = days.filter((day) => FAULTS.some((fault) => countOn(day, fault) > 0)).map((day) => day.date);
  if (date === undefined) return by > 0 ? wrong[0] : wrong[wrong.length - 1];
  return (by > 0 ? wrong.find((one) => one > date) : wrong.reverse().find((one) => one < date)) ?? date;
}

/** Returns where the clerk's month shows a cell. */
export function linkTo({ post, date }: At): string {
  return `/admin?${new URLSearchParams({ post, date }).toString()}`;
}

/** Returns the cell that a link leads to; nothing where it leads to none. */
export function cellOf(search: string): At | undefined {
  const query = new URLSearchParams(search);
  const [post, date] = [query.get('post') ?? '', query.get('date') ?? ''];
  const isCell = /^\d{12}\/[\w-]+$/.test(post) && /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date));
  return isCell ? { post, date } : undefined;
}
