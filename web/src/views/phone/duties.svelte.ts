/** My duties and swaps as the server knows them, and one write at a time about them. */

import type { OwnDuty, SwapView } from '../../board/swap';
import { describe } from '../../i18n/errors';
import { newKey, Unreachable } from '../../net/api';
import { dutiesApi } from '../../net/duties';
import { Asked } from '../page/asked.svelte';

const DAYS_AHEAD = 60;

interface Known {
  duties: readonly OwnDuty[];
  swaps: readonly SwapView[];
}

export const known = new Asked<Known>(
  async () => {
    const [duties, swaps] = await Promise.all([dutiesApi.mine(DAYS_AHEAD), dutiesApi.swaps()]);
    return { duties: duties.items, swaps: swaps.items };
  },
  (event) => event.kind === 'roster_changed',
);

/** One thing done over the network: a swap is worth nothing until the server has it, so none is kept for later. */
export class Deed {
  isBusy = $state(false);
  error = $state('');
  #key = newKey();

  /** Tells whether it was done; a repeat after a broken connection says the same key, so that it is done once. */
  async do(act: (key: string) => Promise<unknown>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.error = '';
    try {
      await act(this.#key);
      this.#key = newKey();
      await known.ask();
      return true;
    } catch (cause) {
      if (!(cause instanceof Unreachable)) this.#key = newKey();
      this.error = describe(cause);
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
