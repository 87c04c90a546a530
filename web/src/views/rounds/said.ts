/** What a township answered, in a line. */

import { COUNTED, type Counted, type RoundReturn } from '../../board/round';
import type { Casualties } from '../../board/incident';
import type { roundWords } from '../../i18n/round';

type Words = typeof roundWords.zh;

export function saidOf(answer: RoundReturn, t: Words, list: (items: string[]) => string): string {
  if (answer.what === 'nothing') return t.nothing;
  return list(countsOf({ ...answer.casualties, ...(answer.moved === undefined ? {} : { moved: answer.moved }) }, t));
}

/** Returns the numbers that somebody has counted. */
export function countsOf(known: Casualties & { moved?: number }, t: Words): string[] {
  const counted: Partial<Record<Counted, number>> = known;
  return COUNTED.flatMap((word) => (counted[word] === undefined ? [] : [t.persons(t.counted[word], counted[word])]));
}
