/** Every layer of the map, from the bottom to the top. The only place that says what lies over what. */

export const ZORDER = [
  'land',
  'townships-answered',
  'warnings-fill',
  'rivers',
  'roads-township',
  'roads-county',
  'townships-border',
  'county-border',
  'townships-unreached',
  'warnings-edge',
  'warnings-edge-drill',
  'villages',
  'sites',
  'gauges-quiet',
  'gauge-labels',
  'gauge-labels-drill',
  'clusters',
  'cluster-counts',
  'headings',
  'units',
  'chosen',
  'township-names',
  'gauges',
  'gauges-drill',
  'incidents',
] as const;

export type LayerId = (typeof ZORDER)[number];

/** Returns the place of a layer from the bottom; one that is not in the list is a mistake in the program. */
export function rankOf(id: string): number {
  const rank = (ZORDER as readonly string[]).indexOf(id);
  if (rank < 0) throw new Error(`the layer ${id} has no place in map/zorder.ts`);
  return rank;
}

/** Returns layers in the order in which they are drawn. */
export function inOrder<T extends { id: string }>(layers: readonly T[]): T[] {
  return [...layers].sort((a, b) => rankOf(a.id) - rankOf(b.id));
}
