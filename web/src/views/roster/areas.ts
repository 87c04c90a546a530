/** The areas that have posts, as the list beside the sheet shows them: villages only below the township in hand. */

import { levelOf } from '../../board/area';
import type { Duty } from '../../board/protocol';

export interface ListedArea {
  code: string;
  name: string;
  /** It lies in the township above it. */
  isVillage: boolean;
}

/** Returns them, the caller's own first; without `chosen` every village too. */
export function listedAreas(duty: Pick<Duty, 'items' | 'gaps'>, root: string, chosen?: string): ListedArea[] {
  const names = new Map([...duty.items, ...duty.gaps].map(({ area, area_name }) => [area, area_name]));
  const open = chosen === undefined ? undefined : townshipOf(chosen);
  return [...names].sort(([a], [b]) => Number(b === root) - Number(a === root) || a.localeCompare(b))
    .map(([code, name]) => ({ code, name, isVillage: code !== root && levelOf(code) === 'village' }))
    .filter(({ code, isVillage }) => !isVillage || open === undefined || townshipOf(code) === open || levelOf(root) === 'township');
}

/** Returns the township in which an area lies, or the area itself where it is larger. */
export function townshipOf(area: string): string {
  return levelOf(area) === 'village' ? `${area.slice(0, 9)}000` : area;
}
