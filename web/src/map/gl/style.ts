/** The layers of the WebGL map, each under its name in `zorder.ts`. Sources are filled by `gl.ts`. */

import type { DataDrivenPropertyValueSpecification, LayerSpecification, StyleSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { Colours } from '../colours';
import { FAR_SIZE, NAMES_FROM, SITES_FROM } from '../face';
import { GAUGE_PX } from '../symbols';
import { inOrder } from '../zorder';

export const SOURCES = ['areas', 'lines', 'warnings', 'villages', 'sites', 'gauges', 'incidents', 'townships', 'clusters', 'units', 'chosen'] as const;
export type SourceName = (typeof SOURCES)[number];

interface Look {
  colours: Colours;
  scale: number;
  /** The zoom at which everything is in view. */
  whole: number;
}

type Colour = DataDrivenPropertyValueSpecification<string>;

/** Returns an empty map. Without `glyphs` text is drawn from the fonts of the system. */
export function styleOf(look: Look): StyleSpecification {
  const layers = [...ground(look), ...warnings(look), ...signs(look), ...townships(look)];
  const empty = { type: 'FeatureCollection' as const, features: [] };
  const promoted: Partial<Record<SourceName, string>> = { units: 'unit', townships: 'code', areas: 'id' };
  return {
    version: 8,
    sources: Object.fromEntries(SOURCES.map((name) => [name, {
      type: 'geojson' as const, data: empty, ...(promoted[name] === undefined ? {} : { promoteId: promoted[name] }),
      // Signs stand by themselves: nothing is cut at the edge of a tile. Outlines must meet exactly.
      tolerance: name === 'areas' ? 0.1 : 0.375,
    }])),
    layers: [{ id: 'background', type: 'background', paint: { 'background-color': look.colours['map-around'] } }, ...inOrder(layers)],
  };
}

function ground({ colours, scale, whole }: Look): LayerSpecification[] {
  const widening = (thin: number): DataDrivenPropertyValueSpecification<number> =>
    ['interpolate', ['linear'], ['zoom'], whole, thin * scale, whole + 4, thin * 4 * scale];
  const isRoad = (level: string) => ['all', ['==', ['get', 'layer'], 'roads'], ['==', ['get', 'class'], level]] as never;
  return [
    { id: 'land', type: 'fill', source: 'areas', filter: ['==', ['get', 'level'], 'county'], paint: { 'fill-color': colours['map-land'] } },
    {
      id: 'townships-answered', type: 'fill', source: 'areas', filter: ['==', ['get', 'level'], 'township'],
      paint: {
        'fill-color': colours.muted,
        'fill-opacity': ['*', 0.3, ['coalesce', ['feature-state', 'share'], 0]],
      },
    },
    {
      id: 'rivers', type: 'line', source: 'lines', filter: ['==', ['get', 'layer'], 'rivers'],
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colours['map-river'], 'line-width': widening(3) },
    },
    {
      id: 'roads-township', type: 'line', source: 'lines', filter: isRoad('township'),
      paint: {
        'line-color': colours['map-road'], 'line-width': widening(0.6),
        'line-opacity': ['interpolate', ['linear'], ['zoom'], whole, 0.5, whole + 2, 1],
      },
    },
    {
      id: 'roads-county', type: 'line', source: 'lines', filter: isRoad('county'),
      paint: { 'line-color': colours['map-road'], 'line-width': widening(1.3) },
    },
    {
      id: 'townships-border', type: 'line', source: 'areas', filter: ['==', ['get', 'level'], 'township'],
      paint: { 'line-color': colours['map-border'], 'line-width': 1.5 * scale },
    },
    {
      id: 'county-border', type: 'line', source: 'areas', filter: ['==', ['get', 'level'], 'county'],
      paint: { 'line-color': colours['map-border'], 'line-width': 3.5 * scale },
    },
    {
      id: 'townships-unreached', type: 'line', source: 'areas', filter: ['==', ['get', 'level'], 'township'],
      paint: {
        'line-color': colours.unreached, 'line-width': 2.5 * scale, 'line-offset': 2 * scale,
        'line-opacity': ['case', ['boolean', ['feature-state', 'unreached'], false], 0.9, 0],
      },
    },
    {
      id: 'villages', type: 'symbol', source: 'villages', minzoom: whole + NAMES_FROM,
      layout: { ...text(colours, 14 * scale), 'text-field': ['get', 'name'], 'text-padding': 6 },
      paint: { 'text-color': colours.faint, 'text-halo-color': colours['map-land'], 'text-halo-width': 1.5 * scale },
    },
  ];
}

function warnings({ colours, scale }: Look): LayerSpecification[] {
  const level: Colour = [
    'match', ['get', 'colour'], 'red', colours.red, 'orange', colours.orange, 'yellow', colours.yellow, colours.blue,
  ];
  const isActual = ['==', ['get', 'status'], 'actual'] as never;
  return [
    { id: 'warnings-fill', type: 'fill', source: 'warnings', paint: { 'fill-color': level, 'fill-opacity': 0.16 } },
    {
      id: 'warnings-edge', type: 'line', source: 'warnings', filter: isActual,
      paint: { 'line-color': level, 'line-width': 3 * scale, 'line-offset': 3 * scale },
    },
    {
      id: 'warnings-edge-drill', type: 'line', source: 'warnings', filter: ['!', isActual],
      paint: { 'line-color': level, 'line-width': 3 * scale, 'line-offset': 3 * scale, 'line-dasharray': [2, 2] },
    },
  ];
}

function signs({ colours, scale, whole }: Look): LayerSpecification[] {
  const halo = { 'text-color': colours.text, 'text-halo-color': colours.bg, 'text-halo-width': 1.6 * scale };
  const named = (name: string[], far: string | string[]): DataDrivenPropertyValueSpecification<string> =>
    ['step', ['zoom'], far, whole + NAMES_FROM, name] as never;
  const growing = (far: number): DataDrivenPropertyValueSpecification<number> =>
    ['interpolate', ['linear'], ['zoom'], whole, far, whole + NAMES_FROM, 1];
  const gauge = (id: string, course: string, layout: SymbolLayerSpecification['layout']): LayerSpecification => ({
    id, type: 'symbol', source: 'gauges', filter: ['==', ['get', 'course'], course],
    ...(course === 'quiet' ? { minzoom: whole + SITES_FROM } : {}),
    layout: { 'symbol-sort-key': ['get', 'rank'], ...layout },
    paint: course === 'quiet' ? { ...halo, 'text-color': colours.muted } : halo,
  });
  type Layout = NonNullable<SymbolLayerSpecification['layout']>;
  const sign: Layout = { 'icon-image': ['get', 'icon'], 'icon-size': growing(0.75), 'icon-padding': 1 };
  /** Over everything, and in nobody's way: a name that it covers is still known by its place. */
  const loud: Layout = { ...sign, 'icon-allow-overlap': true, 'icon-ignore-placement': true };
  const label: Layout = {
    ...text(colours, 15 * scale), 'text-field': named(['get', 'label'], ['get', 'short']), 'text-anchor': 'top',
    'text-offset': [0, 1.5], 'text-optional': true,
  };
  return [
    {
      id: 'sites', type: 'symbol', source: 'sites', minzoom: whole + SITES_FROM,
      layout: {
        ...text(colours, 14 * scale), 'icon-image': ['get', 'icon'], 'icon-size': growing(FAR_SIZE), 'icon-padding': 1, 'text-field': named(['get', 'name'], ''),
        'text-anchor': 'top', 'text-offset': [0, 1], 'text-optional': true, 'symbol-sort-key': ['get', 'rank'],
      },
      paint: { ...halo, 'text-color': colours.muted },
    },
    gauge('gauges-quiet', 'quiet', { ...sign, ...label, 'symbol-sort-key': ['-', ['get', 'rank']] }),
    gauge('gauges', 'real', loud),
    gauge('gauge-labels', 'real', label),
    // Beside what is so, never over it.
    gauge('gauges-drill', 'drill', { ...loud, 'icon-offset': [GAUGE_PX * scale, 0] }),
    gauge('gauge-labels-drill', 'drill', { ...label, 'text-offset': [3, 1.5] }),
    incidents({ colours, scale, whole }),
    {
      id: 'clusters', type: 'circle', source: 'clusters',
      paint: {
        'circle-color': colours.raised, 'circle-stroke-color': colours.text, 'circle-stroke-width': 2 * scale, 'circle-opacity': 0.92,
        'circle-radius': ['*', scale, ['interpolate', ['linear'], ['log10', ['get', 'count']], 0, 12, 4, 36]],
      },
    },
    {
      id: 'cluster-counts', type: 'symbol', source: 'clusters',
      layout: { ...text(colours, 18 * scale), 'text-field': ['to-string', ['get', 'count']], 'text-allow-overlap': true },
      paint: { 'text-color': colours.text },
    },
    {
      id: 'headings', type: 'symbol', source: 'units', filter: ['has', 'heading'],
      layout: {
        'icon-image': 'heading', 'icon-size': growing(FAR_SIZE), 'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true, 'icon-ignore-placement': true,
      },
    },
    {
      id: 'units', type: 'symbol', source: 'units',
      layout: {
        ...text(colours, 15 * scale), 'icon-image': ['get', 'icon'], 'icon-size': growing(FAR_SIZE), 'icon-allow-overlap': true,
        'icon-ignore-placement': true, 'text-field': named(['get', 'label'], ['get', 'short']), 'text-anchor': 'top',
        'text-offset': [0, 1.1], 'text-optional': true, 'symbol-sort-key': ['get', 'rank'],
      },
      paint: halo,
    },
    {
      id: 'chosen', type: 'circle', source: 'chosen',
      paint: {
        'circle-radius': 22 * scale, 'circle-color': 'transparent', 'circle-stroke-color': colours.focus, 'circle-stroke-width': 3 * scale,
      },
    },
  ];
}

/** Over everything, at every distance: they are why anybody looks. */
function incidents({ colours, scale }: Look): LayerSpecification {
  return {
    id: 'incidents', type: 'symbol', source: 'incidents',
    layout: {
      ...text(colours, 17 * scale), 'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
      'text-field': ['get', 'label'], 'text-anchor': 'top', 'text-offset': [0, 1.5], 'text-optional': true, 'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-color': colours.text, 'text-halo-color': colours.bg, 'text-halo-width': 1.6 * scale },
  };
}

function townships({ colours, scale }: Look): LayerSpecification[] {
  const line = (field: string, larger: number, colour: string): unknown[] =>
    [['get', field], { 'font-scale': larger, 'text-color': colour }];
  return [{
    id: 'township-names', type: 'symbol', source: 'townships',
    layout: {
      ...text(colours, 22 * scale),
      'text-field': [
        'format', ...line('name', 1, colours.muted), ...line('counts', 1.2, colours.text), ...line('unreached', 1, colours.unreached),
      ] as never,
      'text-line-height': 1.25, 'text-padding': 0, 'symbol-sort-key': ['get', 'rank'],
    },
    paint: { 'text-halo-color': colours.bg, 'text-halo-width': 2 * scale },
  }];
}

function text(colours: Colours, size: number): { 'text-font': string[]; 'text-size': number; 'text-max-width': number } {
  const fonts = colours.sans.split(',').map((name) => name.trim().replace(/^'|'$/g, ''));
  return { 'text-font': fonts, 'text-size': size, 'text-max-width': 12 };
}
