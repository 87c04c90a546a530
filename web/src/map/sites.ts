/** The signs of what stands in the county: those that matter most in a flood come first and win their place. */

import { layerOf, SITE_LAYERS, type Ground, type Place, type SiteLayer } from './ground';

export interface SiteSign {
  layer: SiteLayer;
  name: string;
  at: Place;
  /** Nothing is to be feared there any more. */
  isHollow: boolean;
}

/** Returns the signs, most important first. */
export function siteSigns(ground: Ground): SiteSign[] {
  return SITE_LAYERS.flatMap((layer) => layerOf(ground, layer).flatMap(({ geometry, properties }) => {
    if (geometry?.type !== 'Point') return [];
    const isHollow = properties.layer === 'risk_points' && properties.repaired;
    return [{ layer, name: properties.name, at: geometry.coordinates, isHollow }];
  }).sort((a, b) => Number(a.isHollow) - Number(b.isHollow)));
}
