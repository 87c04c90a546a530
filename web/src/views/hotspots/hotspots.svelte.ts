/** The hot spots that the page lists, with who was called to look. */

import type { BoardEvent } from '../../board/event';
import { byClock, type HotSpotView, type Statistics } from '../../board/hotspot';
import type { ObligationView } from '../../board/protocol';
import { api } from '../../net/api';
import { hotSpotApi } from '../../net/hotspots';
import { Listing } from '../page/listing.svelte';

const LISTED_MAX = 500;

class HotSpots {
  statistics = $state.raw<Statistics | undefined>(undefined);
  /** The obligation of the one in hand; nothing where nobody has been called. */
  readonly listing: Listing<HotSpotView, ObligationView | undefined> = new Listing<HotSpotView, ObligationView | undefined>({
    list: () => this.#ask(),
    idOf: (spot) => spot.id,
    one: (id) => this.#called(id),
    concerns,
  });
  readonly inHand = $derived(this.listing.rows.find((spot) => spot.id === this.listing.chosen));

  async #ask(): Promise<readonly HotSpotView[]> {
    // Those that wait are never cut off by those that are settled.
    const [open, lately] = await Promise.all([hotSpotApi.list({ open: 'true', limit: LISTED_MAX }), hotSpotApi.list({ limit: LISTED_MAX })]);
    this.statistics = lately.statistics;
    return [...new Map([...open.items, ...lately.items].map((spot) => [spot.id, spot])).values()].sort(byClock);
  }

  async #called(id: string): Promise<ObligationView | undefined> {
    const spot = this.listing.rows.find((one) => one.id === id);
    return spot?.obligation === undefined ? undefined : api.obligation(spot.obligation);
  }
}

export const hotSpots = new HotSpots();

function concerns(event: BoardEvent): boolean {
  return event.kind === 'hot_spots_changed' || event.kind === 'incidents_changed' || event.kind.startsWith('obligation_');
}
