/** A small county on the map for tests. Not part of any page. */

import type { PositionItem, PositionsFrame } from '../board/protocol';
import type { Ground, GroundFeature, UnitFacts } from './ground';

export const NOW = Date.parse('2026-07-21T18:00:00+08:00');

/** Returns RFC 3339 text for so many seconds before now. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1_000).toISOString();
}

export function positions(items: PositionItem[], full?: true): PositionsFrame {
  return { type: 'positions', at: ago(0), items, ...(full === undefined ? {} : { full }) };
}

/** Returns a report of a unit so many seconds ago. */
export function seen(unit: string, lon: number, lat: number, seconds = 0, more: object = {}): PositionItem {
  return { unit, lon, lat, at: ago(seconds), ...more };
}

export const BOATS: ReadonlyMap<string, UnitFacts> = new Map(
  ['a', 'b'].map((unit) => [unit, { name: `${unit} 艇`, kind: 'rubber_boat', reports_every_s: 10 }]),
);

/** A county of one township of half its size, with one village and some warnings. */
export const GROUND: Ground = [
  square('areas', '990101000000', '示例县', 4, { level: 'county' }),
  square('areas', '990101001000', '城关街道', 2, { level: 'township' }),
  square('warnings', 'w-1/990101001000', '暴雨黄色预警', 2, {
    warning: 'w-1', event: '暴雨', colour: 'yellow', status: 'actual', area: '990101001000',
  }),
  square('warnings', 'w-2/990101000000', '暴雨蓝色预警', 4, {
    warning: 'w-2', event: '暴雨', colour: 'blue', status: 'actual', area: '990101000000',
  }),
  square('warnings', 'w-4/990101001001', '暴雨橙色演练', 1, {
    warning: 'w-4', event: '暴雨', colour: 'orange', status: 'exercise', area: '990101001001',
  }),
  square('warnings', 'w-3/990101001000', '重要天气提示', 2, { warning: 'w-3', event: '提示', status: 'actual' }),
  point('areas', '990101001001', '东街村', { level: 'village' }),
  point('risk_points', 'r-1', '桐寨村隐患点', { hazard: 'landslide', residents: 78, repaired: true }),
  point('risk_points', 'r-2', '刘家营村隐患点', { hazard: 'landslide', residents: 45, repaired: false }),
  point('units', 'a', 'a 艇', { kind: 'rubber_boat', reports_every_s: 10 }),
];

function point(layer: string, id: string, name: string, facts: object): GroundFeature {
  return made(layer, id, name, { type: 'Point', coordinates: [114.1, 35.1] }, facts);
}

function square(layer: string, id: string, name: string, side: number, facts: object): GroundFeature {
  const [west, south, east, north] = [114, 35, 114 + side / 10, 35 + side / 10];
  const ring: [number, number][] = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return made(layer, id, name, { type: 'MultiPolygon', coordinates: [[ring]] }, facts);
}

function made(layer: string, id: string, name: string, geometry: GroundFeature['geometry'], facts: object): GroundFeature {
  return { type: 'Feature', id: `${layer}/${id}`, geometry, properties: { layer, id, name, ...facts } as GroundFeature['properties'] };
}
