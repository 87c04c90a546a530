/** What a failed request says to the person who made it. */

import { Refused } from '../net/api';
import { say, type Bilingual } from './language.svelte';
import { shared } from './shared';

/** In words; where the numbers of a refusal come along, made of them. */
export type Said = string | ((details: never) => string);
type Refusals = Bilingual<Readonly<Record<string, Said>>>;

const own: Refusals[] = [];

/** Adds what a page's own refusals say: other pages need not carry them. Returns them as they are. */
export function alsoRefused<T extends Readonly<Record<string, Said>>>(words: Bilingual<T>): Bilingual<T> {
  own.push(words);
  return words;
}

/** Returns the failure in words: the code's own, else the status's with the server's message. */
export function describe(cause: unknown): string {
  const t = say(shared);
  if (!(cause instanceof Refused)) return t.unreachable;
  const known = t.errors[cause.code] ?? own.map((words) => say(words)[cause.code]).find((word) => word !== undefined);
  if (known !== undefined) return typeof known === 'string' ? known : known(cause.details as never);
  const general = t.errors[`http.${cause.status}`];
  return general === undefined ? t.refused(cause.status, cause.message) : `${general}（${cause.message}）`;
}

/** Returns the field that the failure is about. */
export function fieldOf(cause: unknown): string | undefined {
  return cause instanceof Refused ? cause.field : undefined;
}
