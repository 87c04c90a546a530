/** One answer of the server that a page shows: asked for again when its events come, and every half minute all the same. */

import type { BoardEvent } from '../../board/event';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { Asking } from '../../net/asking';

const EVERY_MS = 30_000;
/** Events come in bursts; what they changed is asked for once. */
const GATHER_MS = 250;

export class Asked<T> {
  /** Nothing before the first answer. */
  value = $state.raw<T | undefined>(undefined);
  /** Why the last question failed; what was known stays. */
  failure = $state.raw<unknown>(undefined);
  /** Server time of the last answer; 0 before it. */
  heardAt = $state(0);
  readonly #concerns: (event: BoardEvent) => boolean;
  readonly #asking: Asking<T>;
  readonly #gather_ms: number;
  #isGathering = false;

  /** `gather_ms`: longer where the answer is large and its events come for hours. */
  constructor(fetch: () => Promise<T>, concerns: (event: BoardEvent) => boolean, gather_ms = GATHER_MS) {
    this.#concerns = concerns;
    this.#gather_ms = gather_ms;
    this.#asking = new Asking({
      fetch,
      isVisible: () => document.visibilityState === 'visible',
      onAnswer: (value) => {
        this.value = value;
        this.heardAt = clock.exact();
        this.failure = undefined;
      },
      onFailure: (cause) => (this.failure = cause),
    });
  }

  /** Follows for as long as a page is shown; returns what ends that. */
  start(): () => void {
    const stopAsking = this.#asking.every(EVERY_MS);
    // A snapshot comes without events: what happened meanwhile is not known.
    const stopHearing = live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => this.#concerns(event))) this.#gather();
    });
    return () => {
      stopAsking();
      stopHearing();
    };
  }

  ask(): Promise<void> {
    return this.#asking.ask();
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      void this.ask();
    }, this.#gather_ms);
  }
}
