/** The made county on the map, and its units: positions are kept and told as the real server does, only simpler. */

import type { Box, MapView, PositionItem } from '../src/board/protocol';
import type { GroundFeature, Place } from '../src/map/ground';
import { areas, COUNTY } from './county';
import { Refusals } from './refusals';
import { iso } from './world';

const WEST = 114.2;
const SOUTH = 35.4;
const ACROSS = 4;
const SIDE = 0.12;
const PERIOD_S = 10;

type Seen = Extract<PositionItem, { at: string }>;

interface Watcher {
  view: MapView;
  tell(frame: object): void;
}

const townships = [...areas.keys()].filter((code) => code !== COUNTY && code.endsWith('000'));
const units = ['1', '2', '3', '4'].map((number) => ({ id: `990101-rubber_boat-0${number}`, name: `橡皮艇 0${number}` }));

export class Ground {
  readonly refusals = new Refusals();
  #seen = new Map<string, Seen>();
  #watchers = new Map<object, Watcher>();

  /** The layers of these names, as `GET /map` gives them. */
  features(layers: string, warned: readonly { id: string; headline: string; colour?: string; areas: string[] }[]): object {
    const wanted = new Set(layers.split(','));
    const all = [
      ...(wanted.has('areas') ? [square('areas', COUNTY, areas.get(COUNTY) ?? '', whole(), { level: 'county' }), ...townships.map(township)] : []),
      ...(wanted.has('warnings') ? warned.flatMap((one) => one.areas.map((area) =>
        square('warnings', `${one.id}/${area}`, one.headline, boxOf(area), { warning: one.id, colour: one.colour, status: 'actual' }))) : []),
      ...(wanted.has('units') ? units.map((one) => unit(one.id, one.name)) : []),
    ];
    return { type: 'FeatureCollection', features: all };
  }

  /** Takes positions of known units, and tells whoever looks there. */
  report(items: readonly Seen[]): object {
    const judged = items.map((item, index) => ({ item, index, code: faultOf(item) }));
    const known = judged.filter((one) => one.code === undefined).map((one) => one.item);
    const refused = judged.flatMap(({ item, index, code }) => (code === undefined ? [] : [{ item, index, code }]));
    for (const { view, tell } of this.#watchers.values()) {
      const shown = known.filter((item) => within(item, view.bbox) || within(this.#seen.get(item.unit), view.bbox));
      if (shown.length > 0) tell({ type: 'positions', at: iso(Date.now()), items: shown });
    }
    for (const item of known) this.#seen.set(item.unit, item);
    for (const { code, item } of refused) this.refusals.note(code, item, Date.now());
    const named = refused.map(({ item, index, code }) => ({ index, unit: item.unit, code, message: code }));
    return { accepted: known.length, dropped: refused.length, refusals: named };
  }

  /** Shows a client a part of the map from now on. */
  look(client: object, view: MapView, tell: (frame: object) => void): void {
    this.#watchers.set(client, { view, tell });
    const items = [...this.#seen.values()].filter((item) => within(item, view.bbox));
    tell({ type: 'positions', at: iso(Date.now()), full: true, items });
  }

  leave(client: object): void {
    this.#watchers.delete(client);
  }
}

/** Why a position is not taken: only what people try by hand. */
function faultOf(item: Seen): string | undefined {
  if (!units.some((one) => one.id === item.unit)) return 'position.unknown_unit';
  return item.lon < 90 && item.lat > 90 ? 'position.swapped' : undefined;
}

function within(item: { lon: number; lat: number } | undefined, box: Box | undefined): boolean {
  if (item === undefined) return false;
  return box === undefined || (item.lon >= box[0] && item.lon <= box[2] && item.lat >= box[1] && item.lat <= box[3]);
}

function township(code: string): GroundFeature {
  return square('areas', code, areas.get(code) ?? '', boxOf(code), { level: 'township' });
}

function unit(id: string, name: string): GroundFeature {
  const facts = { kind: 'rubber_boat', reports_every_s: PERIOD_S, simulated: true };
  return made('units', id, name, { type: 'Point', coordinates: [WEST + SIDE, SOUTH + SIDE] }, facts);
}

function whole(): Box {
  return [WEST, SOUTH, WEST + ACROSS * SIDE, SOUTH + Math.ceil(townships.length / ACROSS) * SIDE];
}

function boxOf(code: string): Box {
  const index = townships.indexOf(`${code.slice(0, 9)}000`);
  if (index < 0) return whole();
  const [west, south] = [WEST + (index % ACROSS) * SIDE, SOUTH + Math.floor(index / ACROSS) * SIDE];
  return [west, south, west + SIDE, south + SIDE];
}

function square(layer: string, id: string, name: string, [west, south, east, north]: Box, facts: object): GroundFeature {
  const ring: Place[] = [[west, south], [east, south], [east, north], [west, north], [west, south]];
  return made(layer, id, name, { type: 'MultiPolygon', coordinates: [[ring]] }, facts);
}

function made(layer: string, id: string, name: string, geometry: GroundFeature['geometry'], facts: object): GroundFeature {
  return { type: 'Feature', id: `${layer}/${id}`, geometry, properties: { layer, id, name, ...facts } as GroundFeature['properties'] };
}
