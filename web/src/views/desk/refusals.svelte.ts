/** What positions were refused lately, as the desk shows it. */

import type { PositionRefusal } from '../../board/protocol';
import { byAge } from '../../board/refusal';
import { clock } from '../../clock.svelte';
import { api } from '../../net/api';
import { RefusalWatch, type Standing } from '../../net/refusals';

class Refusals {
  standing = $state<Standing>('asking');
  /** Nothing before the first answer. */
  rows = $state.raw<readonly PositionRefusal[] | undefined>(undefined);
  /** Server time when `rows` came. */
  heardAt = $state(0);
  readonly #parts = $derived(byAge(this.rows ?? [], clock.now));
  readonly recent = $derived(this.#parts.recent);
  readonly over = $derived(this.#parts.over);
  #watch = new RefusalWatch({
    fetch: () => api.positionRefusals(),
    isVisible: () => document.visibilityState === 'visible',
    onChange: (standing, rows) => this.#learn(standing, rows),
  });

  start(): void {
    this.#watch.start();
  }

  /** Asks now: somebody wants to read it. */
  ask(): void {
    void this.#watch.ask();
  }

  #learn(standing: Standing, rows: readonly PositionRefusal[] | undefined): void {
    this.standing = standing;
    if (rows === undefined) return;
    this.rows = rows;
    this.heardAt = clock.exact();
  }
}

export const refusals = new Refusals();
