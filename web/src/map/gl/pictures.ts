/** The pictures that the WebGL map takes its signs from. */

import type { Map as MapLibre } from 'maplibre-gl';
import type { FaceOptions } from '../face';
import { MARKS, type GaugeAge, type Mark, type Measure } from '../../board/gauge';
import type { Severity } from '../../board/protocol';
import { SEVERITIES } from '../../board/select';
import type { Freshness } from '../fleet';
import type { GaugeMark } from '../gauges';
import { SITE_LAYERS } from '../ground';
import type { IncidentSign } from '../incidents';
import { kindOf, UNIT_KINDS } from '../kinds';
import { drawGauge, drawHeading, drawIncident, drawSite, drawUnit, GAUGE_PX, HEADING_PX, INCIDENT_PX, picture, SITE_PX, UNIT_PX } from '../symbols';

const AGES: readonly Freshness[] = ['fresh', 'late', 'lost'];

/** Returns the name of a unit's sign. */
export function iconOf(kind: string, age: Freshness): string {
  return `unit-${kindOf(kind)}-${age}`;
}

/** Returns the name of a gauge's sign. */
export function gaugeIconOf({ measures, mark, colour, age, isDrill }: Pick<GaugeMark, 'measures' | 'mark' | 'colour' | 'age' | 'isDrill'>): string {
  return `gauge-${measures}-${mark ?? 'none'}-${colour ?? 'none'}-${age}-${isDrill ? 'drill' : 'real'}`;
}

/** Returns the name of an incident's sign. */
export function incidentIconOf({ colour, isDrill }: Pick<IncidentSign, 'colour' | 'isDrill'>): string {
  return `incident-${colour ?? 'none'}-${isDrill ? 'drill' : 'real'}`;
}

/** Reads such a name again: there are more signs than are ever shown, so each is drawn when it is first wanted. */
function gaugeLookOf(name: string): Pick<GaugeMark, 'measures' | 'mark' | 'colour' | 'age' | 'isDrill'> | undefined {
  const [kind, measures, mark, colour, age, course] = name.split('-');
  if (kind !== 'gauge' || age === undefined) return undefined;
  return {
    measures: measures as Measure, age: age as GaugeAge, isDrill: course === 'drill',
    ...(MARKS.includes(mark as Mark) ? { mark: mark as Mark } : {}), ...(colour === 'none' ? {} : { colour: colour as Severity }),
  };
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
  map.setMissingStyleImageResolver(async (id) => {
    const look = gaugeLookOf(id);
    if (look !== undefined && !map.hasImage(id)) {
      add(id, GAUGE_PX, (to, px) => drawGauge(to, px, look, words.glyph(look.mark ?? look.measures), colours));
    }
  });
  for (const colour of [...SEVERITIES, undefined]) {
    for (const isDrill of [false, true]) {
      add(incidentIconOf({ isDrill, ...(colour === undefined ? {} : { colour }) }), INCIDENT_PX, (to, px) => drawIncident(to, px, colour, isDrill, colours));
    }
  }
  add('heading', HEADING_PX, (to, px) => drawHeading(to, px, colours));
}
