/** The pictures that the WebGL map takes its signs from. */

import type { Map as MapLibre } from 'maplibre-gl';
import type { FaceOptions } from '../face';
import type { Freshness } from '../fleet';
import { SITE_LAYERS } from '../ground';
import { kindOf, UNIT_KINDS } from '../kinds';
import { drawHeading, drawSite, drawUnit, HEADING_PX, picture, SITE_PX, UNIT_PX } from '../symbols';

const AGES: readonly Freshness[] = ['fresh', 'late', 'lost'];

/** Returns the name of a unit's sign. */
export function iconOf(kind: string, age: Freshness): string {
  return `unit-${kindOf(kind)}-${age}`;
}

export function addPictures(map: MapLibre, { scale, colours, words }: FaceOptions): void {
  const pixelRatio = Math.max(1, Math.min(2, window.devicePixelRatio));
  const add = (name: string, px: number, draw: (to: CanvasRenderingContext2D, px: number) => void): void => {
    const full = px * scale * pixelRatio;
    map.addImage(name, picture(full, (to) => draw(to, full)), { pixelRatio });
  };
  for (const kind of UNIT_KINDS) {
    for (const age of AGES) add(iconOf(kind, age), UNIT_PX, (to, px) => drawUnit(to, px, words.glyph(kind), age, colours));
  }
  for (const layer of SITE_LAYERS) {
    add(`site-${layer}-full`, SITE_PX, (to, px) => drawSite(to, px, words.glyph(layer), false, colours));
    add(`site-${layer}-hollow`, SITE_PX, (to, px) => drawSite(to, px, words.glyph(layer), true, colours));
  }
  add('heading', HEADING_PX, (to, px) => drawHeading(to, px, colours));
}
