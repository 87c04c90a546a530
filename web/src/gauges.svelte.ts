/** What the page knows of gauges: what is so, and apart from it what a drill shows. */

import type { BoardEvent } from './board/event';
import { ageOf, drilled, notable, type GaugeView, type Point } from './board/gauge';
import { clock } from './clock.svelte';
import { live } from './live.svelte';
import { api } from './net/api';
import { GaugeWatch, type Course } from './net/gauges';

/** How long before its last reading a hydrograph begins. */
const SPAN_MS = 24 * 3_600_000;
/** A day of readings a minute apart is less; the server keeps no more of a day at hand. */
const POINTS_MAX = 2_000;
/** Hydrographs that are kept: a wall and a desk show fewer at once. */
const SERIES_MAX = 40;

/** The readings of one gauge up to `to`. */
export interface Series {
  from: number;
  to: number;
  points: readonly Point[];
}

class Gauges {
  all = $state.raw<Readonly<Record<Course, readonly GaugeView[]>>>({ real: [], drill: [] });
  isAsked = $state(false);
  readonly notable = $derived(notable(this.all.real, clock.now));
  readonly drills = $derived(drilled(this.all.drill, clock.now));
  /** Those whose last word is too old to be believed. */
  readonly expired = $derived(this.all.real.filter((gauge) => gauge.reading !== undefined && ageOf(gauge, clock.now) !== 'fresh').length);
  #series = $state.raw<ReadonlyMap<string, Series>>(new Map());
  #asked = new Map<string, string>();
  #watch = new GaugeWatch({
    fetch: (course, tag) => api.gauges(course === 'drill', tag),
    isVisible: () => document.visibilityState === 'visible',
    onChange: (course, gauges) => {
      this.all = { ...this.all, [course]: gauges };
      this.isAsked = true;
    },
  });

  start(): void {
    this.#watch.start();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.#watch.ask();
    });
    // A snapshot comes without events: what happened meanwhile is not known.
    live.onEvents((events) => {
      if (events.length === 0 || events.some(isNews)) void this.#watch.ask();
    });
  }

  /** Returns the day before a gauge's last reading, as far as it has come. */
  seriesOf(gauge: GaugeView, course: Course): Series | undefined {
    return this.#series.get(`${course} ${gauge.id}`);
  }

  /** Asks for the day before a gauge's last reading, unless it has been. */
  async want(gauge: GaugeView, course: Course): Promise<void> {
    const at = gauge.reading?.at;
    const key = `${course} ${gauge.id}`;
    if (at === undefined || this.#asked.get(key) === at) return;
    this.#asked.set(key, at);
    const to = Date.parse(at);
    const from = to - SPAN_MS;
    try {
      const { items } = await api.readings(gauge.id, {
        from: new Date(from).toISOString(), to: at, exercise: String(course === 'drill'), limit: POINTS_MAX,
      });
      const others = [...this.#series].filter(([one]) => one !== key).slice(1 - SERIES_MAX);
      this.#series = new Map([...others, [key, { from, to, points: items }]]);
    } catch {
      this.#asked.delete(key);
    }
  }
}

export const gauges = new Gauges();

const NEWS = new Set<BoardEvent['kind']>(['gauge_crossed', 'silence_began', 'silence_ended', 'site_removed', 'map_changed']);

function isNews(event: BoardEvent): boolean {
  return NEWS.has(event.kind);
}
