/** The areas whose sheets can be shown, as the list beside the sheet has them: villages only below the township in hand. */

import { contains, levelOf } from '../../board/area';

export interface ListedArea {
  code: string;
  name: string;
  /** It lies in the township above it. */
  isVillage: boolean;
}

/** Returns them, the caller's own first; what lies in a township only while that, or a village of it, is `chosen`. */
export function listedAreas(all: readonly { code: string; name: string }[], root: string, chosen: string): ListedArea[] {
  const open = townshipOf(chosen);
  return [...all].sort((a, b) => Number(b.code === root) - Number(a.code === root) || a.code.localeCompare(b.code))
    .map(({ code, name }) => ({ code, name, isVillage: code !== root && levelOf(code) === 'village' }))
    .filter(({ code, isVillage }) => !isVillage || levelOf(root) === 'township' || (levelOf(open) === 'township' && contains(open, code)));
}

/** Returns the township in which an area lies, or the area itself where it is larger. */
function townshipOf(area: string): string {
  return levelOf(area) === 'village' ? `${area.slice(0, 9)}000` : area;
}
