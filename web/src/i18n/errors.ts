/** What a failed request says to the person who made it. */

import { Refused } from '../net/api';
import { say } from './language.svelte';
import { shared } from './shared';

/** Returns the failure in words: the code's own, else the status's with the server's message. */
export function describe(cause: unknown): string {
  const t = say(shared);
  if (!(cause instanceof Refused)) return t.unreachable;
  const known = t.errors[cause.code];
  if (known !== undefined) return known;
  const general = t.errors[`http.${cause.status}`];
  return general === undefined ? t.refused(cause.status, cause.message) : `${general}（${cause.message}）`;
}

/** Returns the field that the failure is about. */
export function fieldOf(cause: unknown): string | undefined {
  return cause instanceof Refused ? cause.field : undefined;
}
