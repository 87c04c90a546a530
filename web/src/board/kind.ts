/** Kinds of incident by their national codes, found by code, name or initials; those that happen most come first. */

import { find, initials, type Place } from './pinyin';

export interface Kind extends Place {
  name_en: string;
}

/** What a county in a river plain is told of most, as the forms of its duty rooms list it. */
const COMMON: readonly string[] = ['11A04', '11A01', '11A02', '11A51', '11A03', '11D01', '11D02', '12000', '11G01', '11B03'];

/** Returns kinds that can be looked for, the common ones first. 重 is heavy here, not again as in names of places. */
export function findable(kinds: readonly { code: string; name: string; name_en: string }[]): Kind[] {
  const rank = ({ code }: { code: string }): number => (COMMON.includes(code) ? COMMON.indexOf(code) : COMMON.length);
  return kinds.map((kind) => ({ ...kind, initials: initials(kind.name.replace(/重/g, '众')) })).sort((a, b) => rank(a) - rank(b));
}

/** Returns the kinds that `text` may mean; the common ones where there is no text yet. */
export function kindsFor(kinds: readonly Kind[], text: string, room: number): Kind[] {
  const code = text.trim().toUpperCase();
  if (code === '') return kinds.slice(0, room);
  const byCode = /^\d/.test(code) ? kinds.filter((kind) => kind.code.startsWith(code)) : [];
  return byCode.length > 0 ? byCode.slice(0, room) : find(kinds, text, room);
}
