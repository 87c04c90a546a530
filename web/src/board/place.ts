/** Where something is, as people say it: 黎阳街道 东街村. */

import { levelOf } from './area';

/** Returns the area's name, after its township's where it is a village. */
export function placeOf(names: ReadonlyMap<string, string>, area: string, name: string): string {
  if (levelOf(area) !== 'village') return name;
  const township = names.get(`${area.slice(0, 9)}000`);
  return township === undefined ? name : `${township} ${name}`;
}
