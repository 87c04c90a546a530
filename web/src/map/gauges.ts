/** What is drawn of gauges: only what is in view, the worst first, and never more than a wall can show. Pure. */

import { ageOf, notable, reasonOf, type GaugeAge, type GaugeView, type Mark, type Measure } from '../board/gauge';
import type { Box, Severity } from '../board/protocol';

/** Signs drawn at once. A county has a few hundred gauges; of a province's thousands the quiet ones are left out. */
export const GAUGES_MAX = 600;
/** The part of the view around it in which gauges are drawn already, so that moving a little shows no gap. */
const AROUND = 0.25;

/** One gauge as it is drawn. */
export interface GaugeMark {
  id: string;
  lon: number;
  lat: number;
  measures: Measure;
  mark?: Mark;
  colour?: Severity;
  age: GaugeAge;
  isDrill: boolean;
  /** Nothing has to be looked at: it is drawn from nearer only. */
  isQuiet: boolean;
  /** Beside it near by: its name, what it shows, and how old that is. */
  label: string;
  /** Beside it while all is in view. */
  short: string;
}

export interface GaugeLabels {
  label(gauge: GaugeView, age: GaugeAge, isDrill: boolean): string;
  short(gauge: GaugeView, age: GaugeAge, isDrill: boolean): string;
}

/** Returns the marks of gauges in `box`, everywhere without one: the most pressing last, so that they lie on top. */
export function gaugeMarks(
  gauges: readonly GaugeView[], isDrill: boolean, box: Box | undefined, now: number, words: GaugeLabels,
): GaugeMark[] {
  const inView = gauges.filter((gauge) => isWithin(gauge.place, box));
  const pressing = notable(inView, now).slice(0, GAUGES_MAX);
  const quiet = inView.filter((gauge) => reasonOf(gauge, now) === undefined).slice(0, GAUGES_MAX - pressing.length);
  return [...quiet, ...pressing.reverse()].map((gauge) => {
    const age = ageOf(gauge, now);
    const { id, place: [lon, lat], measures, mark, colour } = gauge;
    const isQuiet = reasonOf(gauge, now) === undefined;
    return {
      id, lon, lat, measures, age, isDrill, isQuiet,
      label: words.label(gauge, age, isDrill), short: isQuiet ? '' : words.short(gauge, age, isDrill),
      ...(mark === undefined ? {} : { mark }), ...(colour === undefined ? {} : { colour }),
    };
  });
}

function isWithin([lon, lat]: readonly [number, number], box: Box | undefined): boolean {
  if (box === undefined) return true;
  const [west, south, east, north] = box;
  const [x, y] = [(east - west) * AROUND, (north - south) * AROUND];
  return lon >= west - x && lon <= east + x && lat >= south - y && lat <= north + y;
}
