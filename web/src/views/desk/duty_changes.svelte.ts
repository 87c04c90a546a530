/** Duty that changes hands, as every page of the desk has to know it: swaps to approve, posts that nobody has signed for. */

import type { BoardEvent } from '../../board/event';
import type { Handover } from '../../board/handover';
import type { SwapView } from '../../board/swap';
import { handoverApi } from '../../net/handovers';
import { Asked } from '../page/asked.svelte';

const concerns = (event: BoardEvent): boolean => event.kind === 'roster_changed';

class DutyChanges {
  readonly swaps = new Asked<readonly SwapView[]>(async () => (await handoverApi.openSwaps()).items, concerns);
  readonly handovers = new Asked<readonly Handover[]>(async () => (await handoverApi.open()).items, concerns);
  readonly toApprove = $derived((this.swaps.value ?? []).filter((swap) => swap.may_decide).length);
  readonly unsigned = $derived((this.handovers.value ?? []).filter(({ state }) => state === 'unsigned').length);
  #followers = 0;
  #stops: (() => void)[] = [];

  /** Follows for as long as anybody wants to know; returns what ends that. */
  start(): () => void {
    this.#followers += 1;
    if (this.#followers === 1) this.#stops = [this.swaps.start(), this.handovers.start()];
    return () => {
      this.#followers -= 1;
      if (this.#followers === 0) for (const stop of this.#stops) stop();
    };
  }
}

export const dutyChanges = new DutyChanges();
