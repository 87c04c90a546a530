/** The map in WebGL. The only file that runs MapLibre; it comes in a chunk of its own, where a map is shown. */

import { GPUInitializationError, Map as MapLibre, setWorkerUrl, type GeoJSONSource, type GeoJSONSourceDiff } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { levelOf } from '../../board/area';
import type { ClusterItem } from '../../board/protocol';
import { FARTHER, VIEW_REST_MS, ZOOM_RANGE, type Face, type FaceOptions } from '../face';
import type { GaugeMark } from '../gauges';
import { layerOf, warningsOf, type Ground, type GroundFeature, type Place, type TownshipLabel } from '../ground';
import { incidentSigns } from '../incidents';
import { changes, shortLabel, type UnitMark } from '../marks';
import { fitted, scaled } from '../projection';
import { siteSigns } from '../sites';
import { addPictures, gaugeIconOf, iconOf, incidentIconOf } from './pictures';
import { styleOf, type SourceName } from './style';

type Feature = NonNullable<GeoJSONSourceDiff['add']>[number];

const RANK = { lost: 0, late: 1, fresh: 2 } as const;
/** A finger or a pointer a little beside a unit still means it. */
const REACH_PX = 12;

setWorkerUrl(workerUrl);

/** Opens the map; nothing where the browser has no WebGL. */
export async function open(options: FaceOptions): Promise<Face | undefined> {
  try {
    const face = new GlFace(options);
    await face.ready;
    return face;
  } catch (cause) {
    if (cause instanceof GPUInitializationError) return undefined;
    throw cause;
  }
}

class GlFace implements Face {
  /** Resolves once there are layers to fill. */
  readonly ready: Promise<void>;
  #map: MapLibre;
  #options: FaceOptions;
  #drawn: ReadonlyMap<string, UnitMark> = new Map();
  /** Nobody has chosen a part: what is shown whole stays whole when its place grows or shrinks. */
  #isWhole = true;
  #clusters: readonly ClusterItem[] = [];
  /** As text, to see whether it is new. */
  #townships = '';
  #gauges = '';
  #chosen: string | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FaceOptions) {
    const { container, bounds, scale, margin, colours } = options;
    this.#options = options;
    const padding = scaled(margin, scale);
    const whole = fitted(bounds, container.clientWidth, container.clientHeight, padding).zoom;
    const map = new MapLibre({
      container, bounds, fitBoundsOptions: { padding }, style: styleOf({ colours, scale, whole }), minZoom: whole - FARTHER,
      maxZoom: whole + ZOOM_RANGE, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      renderWorldCopies: false, fadeDuration: 0, locale: { 'Map.Title': options.words.label },
    });
    this.#map = map;
    this.ready = new Promise((resolve) => {
      map.once('style.load', () => {
        addPictures(map, options);
        resolve();
      });
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    // Only what somebody does by hand comes with an event of the browser.
    map.on('movestart', (event) => (this.#isWhole &&= event.originalEvent === undefined));
    map.on('moveend', () => this.#moved());
    map.on('click', (event) => {
      options.onPick(this.#unitAt(event.point.x, event.point.y));
      options.onPlace(event.lngLat.toArray());
    });
    map.on('webglcontextlost', () => options.onFail());
    this.#moved();
  }

  setGround(ground: Ground): void {
    const areas = layerOf(ground, 'areas');
    const outlined = areas.filter((one) => one.geometry?.type === 'MultiPolygon');
    this.#put('areas', outlined.map((one) => feature(one.geometry, one.properties)));
    this.#put('villages', areas
      .filter((one) => levelOf(one.properties.id) === 'village')
      .map((one) => feature(one.geometry, { name: one.properties.name })));
    this.#put('lines', [...layerOf(ground, 'rivers'), ...layerOf(ground, 'roads')].map((one) => feature(one.geometry, one.properties)));
    this.#put('warnings', warningsOf(ground).map((one) => feature(one.geometry, one.properties)));
    this.#put('incidents', incidentSigns(ground).map((sign, rank) => feature({ type: 'Point', coordinates: sign.at }, {
      icon: incidentIconOf(sign), label: `${sign.title}\n${this.#options.words.sent(sign.units, sign.on_scene)}`, rank,
    })));
    this.#put('sites', siteSigns(ground).map((sign, rank) =>
      feature({ type: 'Point', coordinates: sign.at }, { name: sign.name, icon: `site-${sign.layer}-${sign.isHollow ? 'hollow' : 'full'}`, rank })));
  }

  setTownships(labels: readonly TownshipLabel[]): void {
    const { words } = this.#options;
    const drawn = JSON.stringify(labels);
    if (drawn === this.#townships) return;
    this.#townships = drawn;
    this.#put('townships', labels.map(({ code, name, at, row }) => feature({ type: 'Point', coordinates: at }, {
      code, name,
      counts: row === undefined ? '' : `\n${row.answered}/${row.total - row.withdrawn}`,
      unreached: row === undefined || row.unreached === 0 ? '' : `\n${words.unreached(row.unreached)}`,
      rank: -(row?.unreached ?? 0),
    })));
    for (const { code, row } of labels) {
      const demanded = row === undefined ? 0 : row.total - row.withdrawn;
      const share = row === undefined || demanded === 0 ? 0 : row.answered / demanded;
      this.#map.setFeatureState({ source: 'areas', id: code }, { share, unreached: (row?.unreached ?? 0) > 0 });
    }
  }

  setFleet(marks: ReadonlyMap<string, UnitMark>, clusters: readonly ClusterItem[]): void {
    const { put, gone } = changes(this.#drawn, marks);
    this.#drawn = marks;
    if (put.length + gone.length > 0) void this.#source('units')?.updateData({ remove: gone, add: put.map(unitFeature) });
    if (clusters !== this.#clusters) {
      this.#clusters = clusters;
      this.#put('clusters', clusters.map(({ lon, lat, count }) => feature({ type: 'Point', coordinates: [lon, lat] }, { count })));
    }
    if (put.some((mark) => mark.unit === this.#chosen) || gone.some((unit) => unit === this.#chosen)) this.choose(this.#chosen);
  }

  setGauges(marks: readonly GaugeMark[]): void {
    const drawn = JSON.stringify(marks);
    if (drawn === this.#gauges) return;
    this.#gauges = drawn;
    this.#put('gauges', marks.map((mark, rank) => feature({ type: 'Point', coordinates: [mark.lon, mark.lat] }, {
      icon: gaugeIconOf(mark), label: mark.label, short: mark.short, rank, course: mark.isDrill ? 'drill' : mark.isQuiet ? 'quiet' : 'real',
    })));
  }

  choose(unit: string | undefined): void {
    this.#chosen = unit;
    const mark = unit === undefined ? undefined : this.#drawn.get(unit);
    this.#put('chosen', mark === undefined ? [] : [feature({ type: 'Point', coordinates: [mark.lon, mark.lat] }, {})]);
  }

  zoomBy(levels: number): void {
    this.#isWhole = false;
    this.#map.zoomTo(this.#map.getZoom() + levels, { duration: 200 });
  }

  fit(): void {
    this.#isWhole = true;
    const { bounds, margin, scale } = this.#options;
    this.#map.fitBounds(bounds, { padding: scaled(margin, scale), duration: 200 });
  }

  centre(): Place {
    return this.#map.getCenter().toArray();
  }

  resize(): void {
    this.#map.resize();
    const { container, bounds, margin, scale } = this.#options;
    const padding = scaled(margin, scale);
    const whole = fitted(bounds, container.clientWidth, container.clientHeight, padding).zoom;
    this.#map.setMinZoom(whole - FARTHER);
    if (this.#isWhole) this.#map.fitBounds(bounds, { padding, duration: 0 });
  }

  remove(): void {
    clearTimeout(this.#rest);
    this.#map.remove();
  }

  #source(name: SourceName): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>(name);
  }

  #put(name: SourceName, features: Feature[]): void {
    void this.#source(name)?.setData({ type: 'FeatureCollection', features });
  }

  #moved(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const bounds = this.#map.getBounds();
      const bbox = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] as const;
      this.#options.onView({ bbox: [...bbox], zoom: Math.round(this.#map.getZoom() * 100) / 100 });
    }, VIEW_REST_MS);
  }

  #unitAt(x: number, y: number): string | undefined {
    const reach = REACH_PX * this.#options.scale;
    const found = this.#map.queryRenderedFeatures([[x - reach, y - reach], [x + reach, y + reach]], { layers: ['units'] });
    const unit: unknown = found[0]?.properties['unit'];
    return typeof unit === 'string' ? unit : undefined;
  }
}

function unitFeature(mark: UnitMark): Feature {
  const { unit, lon, lat, kind, age, heading, name, since } = mark;
  const label = since === '' ? name : `${name}\n${since}`;
  return feature({ type: 'Point', coordinates: [lon, lat] }, {
    unit, icon: iconOf(kind, age), label, short: shortLabel(mark), rank: RANK[age], ...(heading === undefined ? {} : { heading }),
  });
}

function feature(geometry: GroundFeature['geometry'], properties: object): Feature {
  return { type: 'Feature', geometry: geometry ?? { type: 'Point', coordinates: [] }, properties: { ...properties } };
}
