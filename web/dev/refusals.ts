/** What the stand-in refused of positions, counted by reason as the real server counts it. */

import type { PositionRefusal, RefusedPosition } from '../src/board/protocol';
import { iso } from './world';

export class Refusals {
  #rows = new Map<string, PositionRefusal>();

  note(code: string, example: RefusedPosition, now: number): void {
    const known = this.#rows.get(code);
    const first_at = known?.first_at ?? iso(now);
    const count = (known?.count ?? 0) + 1;
    const last_at = iso(now);
    this.#rows.set(code, { login: 'gateway', source: 'gateway', code, message: code, count, first_at, last_at, example });
  }

  /** The latest first. */
  rows(): PositionRefusal[] {
    return [...this.#rows.values()].sort((one, other) => Date.parse(other.last_at) - Date.parse(one.last_at));
  }

  /** Makes what goes wrong in most counties: a terminal nobody registered, one that exchanges its numbers, a clock. */
  playMistakes(now: number): void {
    const nextYear = iso(now + 365 * 86.4e6);
    this.note('position.from_the_future', { unit: '990101-rubber_boat-02', lon: 114.41, lat: 35.6, at: nextYear }, now - 3.6e6);
    this.note('position.swapped', { unit: '990101-rubber_boat-03', lon: 35.61, lat: 114.42, at: iso(now) }, now - 240_000);
    for (let age_s = 90; age_s > 0; age_s -= 10) {
      const at = now - age_s * 1_000;
      this.note('position.unknown_unit', { unit: 'terminal-0417', lon: 114.43, lat: 35.62, at: iso(at) }, at);
    }
  }
}
