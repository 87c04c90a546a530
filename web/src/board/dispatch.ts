/** Whom to send: what is needed, who is offered for it and in which order, and the words of the order. */

import type { IncidentView, Point } from './incident';

/** Something said in both languages. */
export interface Said {
  text: string;
  text_en: string;
}

/** Somebody who could go. Times in seconds, distances in metres. */
export interface Offer {
  unit: string;
  name: string;
  need: string;
  reasons: Said[];
  eta_s?: number;
  distance_m?: number;
  /** Where it is was last heard too long ago. */
  stale?: boolean;
}

export interface Shortfall extends Said {
  need: string;
  missing: number;
  reason: string;
}

/** Somebody who was passed over, and why. */
export interface Rejected extends Said {
  /** Missing where nobody recommends. */
  reason?: string;
  unit: string;
  name: string;
  need: string;
}

/** What lies in a depot and does what is needed too. */
export interface DepotOffer {
  depot: string;
  name: string;
  need: string;
  item: string;
  item_name: string;
  /** What it is counted in. */
  unit: string;
  quantity: number;
  distance_m: number;
}

/** Whom the server recommends, of what there is too little, and which areas would be left without. */
export interface Recommendations {
  items: Offer[];
  /** The next best of each need. */
  alternatives: Offer[];
  depots: DepotOffer[];
  rejected: Rejected[];
  shortfalls: Shortfall[];
  left_bare: { area: string; name: string }[];
}

/** Returns whom numbers take: those who are proposed, then the next best, each unit once. */
export function offered(found: Pick<Recommendations, 'items' | 'alternatives'>, room: number): Offer[] {
  const all = [...found.items, ...found.alternatives];
  return all.filter((one, index) => all.findIndex((other) => other.unit === one.unit) === index).slice(0, room);
}

/** What an incident of a kind usually needs first; a person changes it. Keys are beginnings of national codes. */
const USUAL_NEEDS: readonly (readonly [string, string])[] = [
  ['11A02', 'pump:1000'], ['11A03', 'boat_rescue:2'], ['11A', 'boat_rescue:2'],
  ['11D', 'structural_rescue:1,medical:1'], ['11G', 'forest_fire:2'], ['12', 'fire_fighting:1,medical:1'],
];

/** Returns the needs to begin with; nothing where there is no usual one. */
export function usualNeeds(kind: string): string {
  return USUAL_NEEDS.find(([code]) => kind.startsWith(code))?.[1] ?? '';
}

/** Returns what is needed as the server reads it: Chinese punctuation is what hands type. */
export function tidyNeeds(text: string): string {
  const counted = text.replace(/\s*[：:×*]\s*|\s+(?=\d)/g, ':');
  return counted.replace(/[,，、；;\s]+/g, ',').replace(/^,+|,+$/g, '');
}

/** Which kinds of unit do what a need names, where the server does not say. */
const KINDS_OF: Readonly<Record<string, readonly string[]>> = {
  boat_rescue: ['boat', 'rubber_boat'], pump: ['pump_truck'],
};

/** A unit as it is listed. */
export interface ListedUnit {
  id: string;
  name: string;
  kind: string;
  area: string;
  base?: Point;
}

/** Returns units that are free, those of the needed kinds first and the nearest by base, where nobody recommends any. */
export function nearestFree(
  units: readonly ListedUnit[], needs: string, to: { point?: Point; area: string }, bound: ReadonlySet<string>, room: number,
): Offer[] {
  const names = tidyNeeds(needs).split(',').map((one) => one.split(':')[0] ?? '').filter((one) => one !== '');
  const needOf = (unit: ListedUnit): string | undefined => names.find((name) => KINDS_OF[name]?.includes(unit.kind));
  const offers = units.filter((unit) => !bound.has(unit.id)).map((unit) => {
    const need = needOf(unit);
    const away = to.point === undefined || unit.base === undefined ? undefined : metresBetween(unit.base, to.point);
    // Without a point the same township is as near as anybody can say.
    return { unit, need, away, isHere: unit.area.slice(0, 9) === to.area.slice(0, 9) };
  });
  const last = Number.MAX_SAFE_INTEGER;
  offers.sort((a, b) => Number(a.need === undefined) - Number(b.need === undefined) || (a.away ?? last) - (b.away ?? last)
    || Number(b.isHere) - Number(a.isHere));
  return offers.slice(0, room).map(({ unit, need, away }) => ({
    unit: unit.id, name: unit.name, need: need ?? '', reasons: [], ...(away === undefined ? {} : { distance_m: away }),
  }));
}

/** Returns the straight distance in metres; exact enough within a county. */
export function metresBetween(a: Point, b: Point): number {
  const RADIUS_M = 6_371_000;
  const rad = (degrees: number): number => (degrees * Math.PI) / 180;
  const x = rad(b[0] - a[0]) * Math.cos(rad((a[1] + b[1]) / 2));
  return Math.round(Math.hypot(x, rad(b[1] - a[1])) * RADIUS_M);
}

/** Returns the words of an order before anybody has changed them. They go out in Chinese, whatever the page speaks. */
export function draftOrder(incident: Pick<IncidentView, 'kind_name' | 'area_name' | 'address' | 'casualties'> & { course: string }): string {
  const where = incident.address.includes(incident.area_name) ? incident.address : `${incident.area_name}${incident.address}`;
  const { trapped, injured, missing } = incident.casualties;
  const people = [trapped ? `被困${trapped}人` : '', injured ? `受伤${injured}人` : '', missing ? `失联${missing}人` : ''].filter((one) => one !== '');
  const told = [incident.kind_name, ...people, incident.course.trim()].filter((one) => one !== '').join('，').replace(/[。；，]+$/, '');
  return `立即赶赴${where}处置：${told}。接令后立即出动，到场后报告。`;
}

/** Returns the offers with the n-th (from 1) taken or given back. */
export function turned(taken: readonly string[], offers: readonly Offer[], n: number): string[] {
  const unit = offers[n - 1]?.unit;
  if (unit === undefined) return [...taken];
  return taken.includes(unit) ? taken.filter((one) => one !== unit) : [...taken, unit];
}
