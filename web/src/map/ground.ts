/** What stands still on the map, as `GET /map` tells it: areas, lines, warnings, sites, and who the units are. */

import { contains, levelOf } from '../board/area';
import type { AssignmentStatus } from '../board/assignment';
import type { IncidentStage } from '../board/incident';
import { SEVERITIES } from '../board/select';
import type { RollupRow, Severity, Time, WarningStatus } from '../board/protocol';

export type SiteLayer = 'bases' | 'depots' | 'shelters' | 'risk_points';
export type LayerName = 'areas' | 'warnings' | 'incidents' | 'units' | 'rivers' | 'roads' | SiteLayer;

/** Gauges are drawn by what they show, which is asked for elsewhere. */
export const SITE_LAYERS: readonly SiteLayer[] = ['risk_points', 'shelters', 'depots', 'bases'];
/** What lies under everything and changes hardly ever. */
export const BASE_LAYERS: readonly LayerName[] = ['areas', 'rivers', 'roads'];

/** Longitude and latitude, WGS-84. */
export type Place = [number, number];

export type Geometry =
  | { type: 'Point'; coordinates: Place }
  | { type: 'MultiLineString'; coordinates: Place[][] }
  | { type: 'MultiPolygon'; coordinates: Place[][][] };

interface Common {
  id: string;
  name: string;
  area?: string;
}

interface Stock {
  kind: string;
  count: number;
}

/** What is known of a feature, by its layer. */
export type Properties =
  | (Common & { layer: 'areas'; level: string })
  | (Common & { layer: 'warnings'; warning: string; event: string; colour?: Severity; status: WarningStatus; expires?: Time })
  | (Common & { layer: 'rivers'; class: string })
  | (Common & { layer: 'roads'; class: string })
  | (Common & { layer: 'bases' })
  | (Common & { layer: 'depots'; stock: Stock[] })
  | (Common & { layer: 'shelters'; capacity: number })
  | (Common & { layer: 'risk_points'; hazard: string; residents: number; repaired: boolean })
  | (Common & { layer: 'units'; kind: string; reports_every_s: number; strength?: number; simulated?: true; assignment?: UnitTask })
  | (Common & { layer: 'incidents'; incident: string; kind: string; colour?: Severity; stage: IncidentStage; drill: boolean; units: number; on_scene: number });

export interface GroundFeature {
  type: 'Feature';
  id: string;
  geometry: Geometry | null;
  properties: Properties;
}

export interface GroundCollection {
  type: 'FeatureCollection';
  features: GroundFeature[];
}

/** What is known of a unit besides where it is. */
export interface UnitFacts {
  name: string;
  kind: string;
  reports_every_s: number;
  strength?: number;
  /** A demonstration's: where it is drawn, nothing real is. */
  simulated?: true;
  /** What it is sent for, where it is not free. */
  assignment?: UnitTask;
}

/** What a unit is sent for and how far it has come. */
export interface UnitTask {
  incident: string;
  title: string;
  status: AssignmentStatus;
  since: Time;
}

export type Ground = readonly GroundFeature[];

/** Returns the features of one layer. */
export function layerOf<L extends LayerName>(
  ground: Ground, layer: L,
): (GroundFeature & { properties: Extract<Properties, { layer: L }> })[] {
  return ground.filter((one) => one.properties.layer === layer) as never;
}

/** Returns who the units are, by id. */
export function unitsOf(ground: Ground): Map<string, UnitFacts> {
  return new Map(layerOf(ground, 'units').map(({ properties }) => [properties.id, properties]));
}

/**
 * Returns the warnings that are drawn, the most severe last and so on top; drills lie under those in earnest. What lies
 * within a more severe one is left out: two colours over each other would be a third.
 */
export function warningsOf(ground: Ground): GroundFeature[] {
  const rank = ({ colour, status }: { colour?: Severity; status: WarningStatus }): number =>
    SEVERITIES.indexOf(colour ?? 'blue') + (status === 'actual' ? 0 : SEVERITIES.length);
  const coloured = layerOf(ground, 'warnings').filter((one) => one.properties.colour !== undefined && one.geometry?.type === 'MultiPolygon');
  const severest = coloured.sort((a, b) => rank(a.properties) - rank(b.properties));
  const drawn = severest.filter(({ properties: { area } }, index) =>
    area === undefined || !severest.slice(0, index).some(({ properties: outer }) => outer.area !== undefined && contains(outer.area, area)));
  return drawn.reverse();
}

/** Returns west, south, east and north of everything; nothing where there is nothing. */
export function boundsOf(features: Ground): [number, number, number, number] | undefined {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features) {
    for (const [lon, lat] of geometry === null ? [] : placesOf(geometry)) {
      bounds[0] = Math.min(bounds[0], lon);
      bounds[1] = Math.min(bounds[1], lat);
      bounds[2] = Math.max(bounds[2], lon);
      bounds[3] = Math.max(bounds[3], lat);
    }
  }
  return bounds[0] <= bounds[2] ? bounds : undefined;
}

/** A township's name on the map and how far it has come; only what has an outline or a place is named. */
export interface TownshipLabel {
  code: string;
  name: string;
  at: Place;
  row?: RollupRow;
}

/** Returns where each township's name stands, with its counts in the callout that is shown. */
export function townshipLabels(ground: Ground, rows: readonly RollupRow[]): TownshipLabel[] {
  const counts = new Map(rows.map((row) => [row.area, row]));
  return layerOf(ground, 'areas').flatMap(({ geometry, properties }) => {
    if (geometry === null || levelOf(properties.id) !== 'township') return [];
    const row = counts.get(properties.id);
    return [{ code: properties.id, name: properties.name, at: centreOf(geometry), ...(row === undefined ? {} : { row }) }];
  });
}

/** Returns a point within the largest ring, else the first point. */
export function centreOf(geometry: Geometry): Place {
  if (geometry.type === 'Point') return geometry.coordinates;
  if (geometry.type === 'MultiLineString') return geometry.coordinates[0]?.[0] ?? [0, 0];
  const rings = geometry.coordinates.map((polygon) => polygon[0] ?? []);
  const largest = rings.map(centroid).sort((a, b) => b.size - a.size)[0];
  return largest?.at ?? [0, 0];
}

function* placesOf(geometry: Geometry): Generator<Place> {
  if (geometry.type === 'Point') yield geometry.coordinates;
  else if (geometry.type === 'MultiLineString') for (const line of geometry.coordinates) yield* line;
  else for (const polygon of geometry.coordinates) for (const ring of polygon) yield* ring;
}

/** Returns the centre of gravity of a closed ring, and its area in square degrees. */
function centroid(ring: readonly Place[]): { at: Place; size: number } {
  const first = ring[0] ?? [0, 0];
  let [size, x, y] = [0, 0, 0];
  ring.forEach(([lon, lat], index) => {
    const [nextLon, nextLat] = ring[index + 1] ?? first;
    // Counted from the first point: products of whole degrees would drown the difference.
    const [ax, ay, bx, by] = [lon - first[0], lat - first[1], nextLon - first[0], nextLat - first[1]];
    const cross = ax * by - bx * ay;
    size += cross / 2;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  });
  if (size === 0) return { at: first, size: 0 };
  return { at: [first[0] + x / (6 * size), first[1] + y / (6 * size)], size: Math.abs(size) };
}

/** Returns the township that a place lies in, by its outline; nothing where no outline has it. */
export function townshipAt(ground: Ground, [lon, lat]: readonly [number, number]): { code: string; name: string } | undefined {
  const found = layerOf(ground, 'areas').find(({ geometry, properties }) =>
    levelOf(properties.id) === 'township' && geometry?.type === 'MultiPolygon' && geometry.coordinates.some((rings) => isInside(rings, lon, lat)));
  return found === undefined ? undefined : { code: found.properties.id, name: found.properties.name };
}

/** By how often a ray to the east meets the rings: holes count as they should. */
function isInside(rings: readonly Place[][], lon: number, lat: number): boolean {
  let isIn = false;
  for (const ring of rings) {
    for (const [index, [x, y]] of ring.entries()) {
      const [fromX, fromY] = ring[index === 0 ? ring.length - 1 : index - 1] ?? [x, y];
      if (y > lat !== fromY > lat && lon < ((fromX - x) * (lat - y)) / (fromY - y) + x) isIn = !isIn;
    }
  }
  return isIn;
}
