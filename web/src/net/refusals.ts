/**
 * Asks what positions were refused lately, for as long as somebody sees the page. It is no alarm: what fails is tried
 * again with the next turn, and what was known stays.
 */

import type { PositionRefusal } from '../board/protocol';
import { Refused } from './api';

export const EVERY_MS = 30_000;

export type Standing =
  /** Nothing has been answered yet. */
  | 'asking'
  | 'current'
  /** The last asking failed: what is known may be old. */
  | 'failed'
  /** Not for this login, now or later. */
  | 'forbidden';

export interface RefusalPorts {
  fetch(): Promise<{ items: readonly PositionRefusal[] }>;
  isVisible(): boolean;
  /** `rows` only with `current`. */
  onChange(standing: Standing, rows?: readonly PositionRefusal[]): void;
}

export class RefusalWatch {
  #ports: RefusalPorts;
  #isAsking = false;
  #isForbidden = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(ports: RefusalPorts) {
    this.#ports = ports;
  }

  start(): void {
    const look = (): void => {
      if (this.#ports.isVisible()) void this.ask();
    };
    look();
    this.#timer = setInterval(look, EVERY_MS);
  }

  /** Asks now, unless an answer is on its way already. Never throws. */
  async ask(): Promise<void> {
    if (this.#isAsking || this.#isForbidden) return;
    this.#isAsking = true;
    try {
      const { items } = await this.#ports.fetch();
      this.#ports.onChange('current', items);
    } catch (cause) {
      this.#isForbidden = cause instanceof Refused && cause.status === 403;
      if (this.#isForbidden) clearInterval(this.#timer);
      this.#ports.onChange(this.#isForbidden ? 'forbidden' : 'failed');
    } finally {
      this.#isAsking = false;
    }
  }
}
