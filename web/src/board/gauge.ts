/** What gauges show, as `GET /gauges` tells it, and what of that people must look at. Pure; `now` is an argument. */

import type { Severity, Time } from './protocol';

export type Measure = 'rain' | 'river' | 'reservoir';
/** A threshold; of those that one gauge can have, the later is the worse. */
export const MARKS = ['flood_limit', 'warning', 'high_water', 'guarantee', 'historic', 'prepare', 'leave'] as const;
export type Mark = (typeof MARKS)[number];
/** The level of warning that a threshold asks for, as the server has it. */
export const COLOUR_OF: Readonly<Record<Mark, Severity>> = {
  flood_limit: 'yellow', warning: 'yellow', high_water: 'yellow', guarantee: 'orange', prepare: 'orange', historic: 'red', leave: 'red',
};
/** Hours over which rain is summed. */
export const RAIN_HOURS = [1, 3, 6, 24] as const;
export type RainHours = (typeof RAIN_HOURS)[number];

/** When the water reaches a level if it goes on as it does: a straight line and no model. */
export interface Forecast {
  mark: Mark;
  level_m: number;
  at: Time;
  earliest: Time;
  /** Missing: it may be never. */
  latest?: Time;
}

export interface Reading {
  /** By the station's clock. */
  at: Time;
  received_at: Time;
  level_m?: number;
  /** Millimetres in the last 1, 3, 6 and 24 hours. */
  rain_mm?: [number, number, number, number];
  /** Metres an hour; less than nothing when it falls. */
  trend?: { m_h: number; low_m_h: number; high_m_h: number };
  next?: Forecast;
}

export interface Level {
  mark: Mark;
  level_m: number;
}

export interface GaugeView {
  id: string;
  name: string;
  area: string;
  /** Longitude and latitude, WGS-84. */
  place: [number, number];
  measures: Measure;
  water?: string;
  datum?: string;
  /** The lowest first. */
  levels?: Level[];
  rains?: { mark: Mark; mm: (number | null)[] }[];
  mark?: Mark;
  colour?: Severity;
  since?: Time;
  warning?: string;
  reading?: Reading;
  reports_every_s: number;
  stale: 'fresh' | 'late' | 'lost' | 'never';
  silent_since?: Time;
}

/** One reading of a hydrograph. */
export interface Point {
  at: Time;
  level_m?: number;
  rain_mm?: number;
  over_s?: number;
}

/** `never`: it has not reported yet. `lost`: it is silent, and what it would say is not known. */
export type GaugeAge = GaugeView['stale'];

/** How far it is to the next threshold, in metres or in millimetres of rain within so many hours. */
export type Margin = { mark: Mark; metres: number } | { mark: Mark; mm: number; hours: RainHours };

/** Water that rises faster is looked at before it is anywhere near a level. */
const FAST_M_H = 0.1;
/** So much of the amount at which people get ready is rain to look at. */
const MUCH = 0.5;

/** Returns how old what a gauge shows is, by the server's clock. */
export function ageOf(gauge: GaugeView, now: number): GaugeAge {
  if (gauge.silent_since !== undefined) return 'lost';
  if (gauge.reading === undefined) return 'never';
  const periods = (now - Date.parse(gauge.reading.received_at)) / 1_000 / gauge.reports_every_s;
  if (periods <= 2) return 'fresh';
  return periods <= 5 ? 'late' : 'lost';
}

/** Returns what is reached next, if it goes on; nothing above the last threshold. */
export function marginOf(gauge: GaugeView): Margin | undefined {
  const { reading, levels = [], rains = [] } = gauge;
  const metres = reading?.level_m;
  if (metres !== undefined) {
    const next = levels.find((level) => level.level_m > metres);
    return next && { mark: next.mark, metres: next.level_m - metres };
  }
  for (const { mark, mm } of rains) {
    const missing = RAIN_HOURS.map((hours, index) => ({ hours, limit: mm[index] ?? undefined, fallen: reading?.rain_mm?.[index] ?? 0 }))
      .flatMap(({ hours, limit, fallen }) => (limit === undefined ? [] : [{ mark, hours, mm: limit - fallen, share: fallen / limit }]));
    if (missing.length === 0 || missing.some((one) => one.mm <= 0)) continue;
    const { share: _share, ...nearest } = missing.reduce((one, other) => (other.share > one.share ? other : one));
    return nearest;
  }
  return undefined;
}

/** Returns by how much the threshold on record is exceeded, in metres; nothing for rain, or where it has sunk below. */
export function excessOf(gauge: GaugeView): number | undefined {
  const metres = gauge.reading?.level_m;
  const level = gauge.levels?.find((one) => one.mark === gauge.mark)?.level_m;
  return metres === undefined || level === undefined || metres < level ? undefined : metres - level;
}

/** Why a gauge is looked at, the most pressing first. */
const REASONS = ['reached', 'forecast', 'rising', 'silent'] as const;
export type Reason = (typeof REASONS)[number];

/** Returns why a gauge has to be looked at; nothing while it stands still below everything. */
export function reasonOf(gauge: GaugeView, now: number): Reason | undefined {
  if (gauge.mark !== undefined) return 'reached';
  const age = ageOf(gauge, now);
  if (age === 'lost') return 'silent';
  if (age === 'never') return undefined;
  if (gauge.reading?.next !== undefined) return 'forecast';
  if ((gauge.reading?.trend?.m_h ?? 0) >= FAST_M_H) return 'rising';
  return rainShare(gauge) >= MUCH ? 'rising' : undefined;
}

/** Returns the gauges to look at, the most pressing first. */
export function notable(gauges: Iterable<GaugeView>, now: number): GaugeView[] {
  const found = [...gauges].flatMap((gauge) => {
    const reason = reasonOf(gauge, now);
    return reason === undefined ? [] : [{ gauge, rank: REASONS.indexOf(reason) }];
  });
  return found.sort((a, b) => a.rank - b.rank || press(b.gauge) - press(a.gauge) || a.gauge.id.localeCompare(b.gauge.id))
    .map((one) => one.gauge);
}

/** Returns the gauges of a drill that still goes on: what was shown in an earlier one is over. */
export function drilled(gauges: Iterable<GaugeView>, now: number): GaugeView[] {
  return [...gauges].filter((gauge) => ageOf(gauge, now) !== 'lost');
}

/** How near rain has come to the least amount at which people get ready. */
function rainShare(gauge: GaugeView): number {
  const fallen = gauge.reading?.rain_mm ?? [];
  return Math.max(0, ...(gauge.rains?.[0]?.mm ?? []).map((limit, index) => (limit === null ? 0 : (fallen[index] ?? 0) / limit)));
}

/** The larger the more pressing, among those with the same reason. */
function press(gauge: GaugeView): number {
  const { mark, reading, silent_since } = gauge;
  if (mark !== undefined) return severityRank(gauge.colour) * 1_000 + MARKS.indexOf(mark) * 100 + (reading?.trend?.m_h ?? 0);
  if (reading?.next !== undefined) return -Date.parse(reading.next.at);
  if (silent_since !== undefined) return Date.parse(silent_since);
  return Math.max(reading?.trend?.m_h ?? 0, rainShare(gauge));
}

function severityRank(colour: Severity | undefined): number {
  return colour === undefined ? 0 : ['blue', 'yellow', 'orange', 'red'].indexOf(colour) + 1;
}
