/**
 * Asks what gauges show, for as long as somebody sees the page, and at once when one of them is news. Asked with
 * the tag of the last answer: while nothing is new, nothing comes.
 */

import { Refused, type Tagged } from './api';
import type { GaugeView } from '../board/gauge';

export const EVERY_MS = 15_000;

/** One of two lists: what is so, and what a drill shows. They are never mixed. */
export type Course = 'real' | 'drill';
const COURSES: readonly Course[] = ['real', 'drill'];

export interface GaugePorts {
  fetch(course: Course, tag: string | undefined): Promise<Tagged<{ items: GaugeView[] }>>;
  isVisible(): boolean;
  onChange(course: Course, gauges: readonly GaugeView[]): void;
}

export class GaugeWatch {
  #ports: GaugePorts;
  #tags = new Map<Course, string>();
  #isAsking = false;
  #isWanted = false;

  constructor(ports: GaugePorts) {
    this.#ports = ports;
  }

  start(): void {
    const look = (): void => {
      if (this.#ports.isVisible()) void this.ask();
    };
    look();
    setInterval(look, EVERY_MS);
  }

  /** Asks now; what becomes news while an answer is on its way is asked for after it. Never throws. */
  async ask(): Promise<void> {
    this.#isWanted = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      for (const course of COURSES) await this.#askFor(course);
    }
    this.#isAsking = false;
  }

  async #askFor(course: Course): Promise<void> {
    try {
      const { tag, body } = await this.#ports.fetch(course, this.#tags.get(course));
      if (body === undefined) return;
      if (tag !== undefined) this.#tags.set(course, tag);
      this.#ports.onChange(course, body.items);
    } catch (cause) {
      // What was known stays, and grows old before one's eyes.
      if (!(cause instanceof Refused)) this.#tags.delete(course);
    }
  }
}
