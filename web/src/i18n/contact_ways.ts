/** What is known of a way to reach somebody, in words and days. Pure. */

import { daysSince, type Way } from '../board/contacts';
import { dateAt } from '../board/local';
import type { Time } from '../board/protocol';
import type { contactWords } from './contacts';
import type { Language } from './language.svelte';
import { fullDay, monthDay } from './roster_time';

/** A date of so many days ago needs no year to be understood. */
const SAME_YEAR_DAYS = 300;

interface Said {
  text: string;
  /** What stands beside it, smaller; empty where there is nothing. */
  more: string;
}

/** 3 天前应答 with 11月20日 beside it; 空号，昨天查出 with when somebody last answered; or 从未应答. */
export function describeWay({ works_at, dead_at }: Way, today: string, zone: string, language: Language, t: typeof contactWords.zh): Said {
  const ago = (at: Time): string => t.ago(daysSince(at, today, zone));
  if (dead_at !== undefined) return { text: t.dead(ago(dead_at)), more: works_at === undefined ? '' : t.lastWorked(ago(works_at)) };
  if (works_at === undefined) return { text: t.never, more: '' };
  const day = dateAt(Date.parse(works_at), zone);
  return { text: t.worked(ago(works_at)), more: daysSince(works_at, today, zone) > SAME_YEAR_DAYS ? fullDay(day, language) : monthDay(day, language) };
}
