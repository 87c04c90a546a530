/** Duty that changes hands, as every page of the desk has to know it: swaps to approve, posts that nobody has signed for, posts that need more people. */

import type { BoardEvent } from '../../board/event';
import type { Handover } from '../../board/handover';
import { lacking, type Wanted } from '../../board/reinforcement';
import type { SwapView } from '../../board/swap';
import { live } from '../../live.svelte';
import { handoverApi } from '../../net/handovers';
import { reinforcementApi } from '../../net/reinforcements';
import { mayOverrideRoster } from '../../roles';
import { Asked } from '../page/asked.svelte';

const concerns = (event: BoardEvent): boolean => event.kind === 'roster_changed';
/** A response of another level wants other posts. */
const wants = (event: BoardEvent): boolean => concerns(event) || event.kind === 'responses_changed';

class DutyChanges {
  readonly swaps = new Asked<readonly SwapView[]>(async () => (await handoverApi.openSwaps()).items, concerns);
  readonly handovers = new Asked<readonly Handover[]>(async () => (await handoverApi.open()).items, concerns);
  readonly reinforcements = new Asked<readonly Wanted[]>(() => askWanted(), wants);
  /** The response whose posts somebody came to reinforce, until their page has them. */
  wanted = $state<string | undefined>(undefined);
  readonly toApprove = $derived((this.swaps.value ?? []).filter((swap) => swap.may_decide).length);
  readonly unsigned = $derived((this.handovers.value ?? []).filter(({ state }) => state === 'unsigned').length);
  readonly lacking = $derived(lacking(this.reinforcements.value ?? []));
  #followers = 0;
  #stops: (() => void)[] = [];

  /** Follows for as long as anybody wants to know; returns what ends that. */
  start(): () => void {
    this.#followers += 1;
    if (this.#followers === 1) this.#stops = [this.swaps.start(), this.handovers.start(), this.reinforcements.start()];
    return () => {
      this.#followers -= 1;
      if (this.#followers === 0) for (const stop of this.#stops) stop();
    };
  }
}

export const dutyChanges = new DutyChanges();

/** Whoever may not decide about it is not told of it. Before the board is there nobody knows who asks; it is asked again then. */
async function askWanted(): Promise<readonly Wanted[]> {
  const role = live.board?.me.role;
  return role !== undefined && mayOverrideRoster(role) ? (await reinforcementApi.wanted()).items : [];
}
