/** How a post that needs more people is named where it is decided about. */

import { postOf } from '../../board/place';
import type { Wanted } from '../../board/reinforcement';
import { say } from '../../i18n/language.svelte';
import { reinforcementWords } from '../../i18n/reinforcement';
import { levels } from '../../levels.svelte';

/** Returns the rule, and the response by its title where this face knows it. */
export function whyOf({ title, response }: Wanted): string {
  if (response === undefined) return title;
  const t = say(reinforcementWords);
  return t.because(title, levels.rows.find(({ id }) => id === response)?.title ?? t.inResponse);
}

export function nameOf(wanted: Wanted): string {
  return `${wanted.area_name} ${postOf(wanted)}`;
}
