/** What is closed, in words; names of roads come with the map. */

import { closingName, type ClosureView } from '../../board/closure';
import { say } from '../../i18n/language.svelte';
import { roadWords } from '../../i18n/roads';
import { layerOf, type Ground } from '../../map/ground';
import { map } from '../../map/map.svelte';
import { api } from '../../net/api';
import { unitApi } from '../../net/units';

let roads: Ground = [];

/** Returns the county's roads by id and name, asked for once. */
export async function roadNames(): Promise<Map<string, string>> {
  const known = layerOf(map.ground, 'roads');
  if (known.length === 0 && roads.length === 0) roads = (await api.map(['roads'])).features;
  return new Map([...known, ...layerOf(roads, 'roads')].map(({ properties }) => [properties.id, properties.name]));
}

/** Returns what one closure closes. */
export function closingOf(closure: ClosureView, names: ReadonlyMap<string, string>): string {
  return closingName(closure.what, (road) => names.get(road) ?? road, say(roadWords).closing);
}

/** Returns what is closed; nothing where that cannot be had: the way reckoned avoids it all the same. */
export async function closedRoads(): Promise<string[]> {
  try {
    const { items } = await unitApi.closures();
    if (items.length === 0) return [];
    const names = await roadNames();
    return items.map((closure) => closingOf(closure, names));
  } catch {
    return [];
  }
}
