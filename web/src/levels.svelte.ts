/** What the county responds with now, as every page says it at all times. */

import { gravestFirst, type ResponseRow } from './board/response';
import { live } from './live.svelte';
import { Asking } from './net/asking';
import { responseApi } from './net/responses';

const EVERY_MS = 60_000;
/** Events come in bursts; what they changed is asked for once. */
const GATHER_MS = 400;
/** A county has one or two, and a drill. */
const LISTED_MAX = 20;

class Levels {
  /** In earnest before drills, the gravest first. */
  rows = $state.raw<readonly ResponseRow[]>([]);
  /** Proposals that somebody has to decide. */
  waiting = $state(0);
  /** The one that was asked for by name, until its page has it. */
  wanted = $state<string | undefined>(undefined);
  #isGathering = false;
  #asking = new Asking({
    fetch: () => Promise.all([
      responseApi.list({ open: 'true', limit: LISTED_MAX }), responseApi.proposals({ waiting: 'true', limit: LISTED_MAX }),
    ]),
    isVisible: () => document.visibilityState === 'visible',
    onAnswer: ([open, proposed]) => {
      this.rows = [...open.items].sort(gravestFirst);
      this.waiting = proposed.items.length;
    },
    // What was known stays, and is asked for again.
    onFailure: () => undefined,
  });

  start(): void {
    this.#asking.every(EVERY_MS);
    live.onEvents((events) => {
      const isNews = events.length === 0 || events.some(({ kind }) => kind === 'responses_changed' || kind === 'incidents_changed');
      if (isNews) this.#gather();
    });
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      void this.#asking.ask();
    }, GATHER_MS);
  }
}

export const levels = new Levels();
