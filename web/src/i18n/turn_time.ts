/** When a turn of duty is, as one person is told it. Pure. */

import type { Stretch } from '../board/swap';
import { addDays, dateAt } from '../board/local';
import type { Language } from './language.svelte';
import { dayOf } from './roster_time';
import { hourMinute } from './time';

interface Words {
  nextDay: (time: string) => string;
  until: (from: string, to: string) => string;
}

/** 12月2日 周三 08:00–次日 08:00; with both days where it is longer. Midnight ends a day as 24:00. */
export function turnTime({ from, to }: Stretch, zone: string, language: Language, words: Words): string {
  const first = dateAt(Date.parse(from), zone);
  const last = dateAt(Date.parse(to), zone);
  const end = hourMinute(to, zone);
  const begin = `${dayOf(first, language)} ${hourMinute(from, zone)}`;
  if (last === first) return words.until(begin, end);
  if (last !== addDays(first, 1)) return words.until(begin, `${dayOf(last, language)} ${end}`);
  return words.until(begin, end === '00:00' ? '24:00' : words.nextDay(end));
}
