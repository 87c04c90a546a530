/** The roads that are closed, as the units page shows them. */

import type { ClosureView } from '../../board/closure';
import { live } from '../../live.svelte';
import { Asking } from '../../net/asking';
import { unitApi } from '../../net/units';
import { roadNames } from './closed';

const EVERY_MS = 30_000;

class Closings {
  rows = $state.raw<readonly ClosureView[]>([]);
  isAsked = $state(false);
  failure = $state.raw<unknown>(undefined);
  /** Names of roads by id. */
  names = $state.raw<ReadonlyMap<string, string>>(new Map());
  #asking = new Asking({
    fetch: async () => {
      const [{ items }, names] = await Promise.all([unitApi.closures(), roadNames()]);
      return { items, names };
    },
    isVisible: () => document.visibilityState === 'visible',
    onAnswer: ({ items, names }) => {
      this.rows = [...items].reverse();
      this.names = names;
      this.isAsked = true;
      this.failure = undefined;
    },
    onFailure: (cause) => (this.failure = cause),
  });

  start(): () => void {
    const stopAsking = this.#asking.every(EVERY_MS);
    const stopHearing = live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => event.kind === 'map_changed')) void this.#asking.ask();
    });
    return () => {
      stopAsking();
      stopHearing();
    };
  }

  refresh(): Promise<void> {
    return this.#asking.ask();
  }
}

export const closings = new Closings();
