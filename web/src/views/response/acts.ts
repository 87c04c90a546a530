/** What an order did, in a word. */

import type { Act } from '../../board/response';
import { say } from '../../i18n/language.svelte';
import { responseWords } from '../../i18n/response';
import { responseMarks } from '../../i18n/response_marks';

export function actNamed({ from, to }: Act): string {
  const t = say(responseWords).act;
  const marks = say(responseMarks);
  if (to === undefined) return t.end;
  if (from === undefined) return t.start(marks.level(to));
  if (from === to) return t.scope;
  return to < from ? t.raise(marks.level(to)) : t.lower(marks.level(to));
}
