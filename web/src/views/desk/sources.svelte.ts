/** How the sources of warnings are, for as long as the desk has them open. */

import { isAboutSilence } from '../../board/silence';
import { worstFirst, type SourceView } from '../../board/source';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { api } from '../../net/api';
import { Asking } from '../../net/asking';

const EVERY_MS = 15_000;

class Sources {
  /** Those to look at first; nothing before the first answer. */
  rows = $state.raw<readonly SourceView[] | undefined>(undefined);
  /** The last asking failed: what is known may be old. */
  isFailed = $state(false);
  /** Server time when `rows` came. */
  heardAt = $state(0);
  #isOpen = false;
  #asking = new Asking({
    fetch: () => api.sources(),
    isVisible: () => document.visibilityState === 'visible',
    onAnswer: ({ items }) => {
      this.rows = worstFirst(items);
      this.heardAt = clock.exact();
      this.isFailed = false;
    },
    onFailure: () => (this.isFailed = true),
  });

  start(): void {
    live.onEvents((events) => {
      if (this.#isOpen && (events.length === 0 || events.some(isAboutSilence))) void this.#asking.ask();
    });
  }

  /** Asks for as long as somebody reads it; returns what ends that. */
  open(): () => void {
    this.#isOpen = true;
    const end = this.#asking.every(EVERY_MS);
    return () => {
      this.#isOpen = false;
      end();
    };
  }
}

export const sources = new Sources();
