/** What the page of rounds shows: what is switched on, the round in hand, and the township in hand. */

import { step } from '../../board/list';
import { inForceFirst, isRoundEvent, type Cadence, type Round, type Township } from '../../board/round';
import { roundApi } from '../../net/rounds';
import { Listing } from '../page/listing.svelte';

/** A month of three a day. */
const ROUNDS_MAX = 93;

export type RoundSheet = 'start' | 'end' | 'answer';

class Rounds {
  sheet = $state<RoundSheet | undefined>(undefined);
  /** The round that somebody looks at; the newest where nobody chose. */
  #round = $state<string | undefined>(undefined);
  #area = $state<string | undefined>(undefined);
  readonly listing = new Listing<Cadence, readonly Round[]>({
    list: async () => [...(await roundApi.cadences()).items].sort(inForceFirst),
    idOf: (cadence) => cadence.id,
    one: async (id) => (await roundApi.list(id, ROUNDS_MAX)).items,
    concerns: isRoundEvent,
  });

  readonly cadence = $derived(this.listing.rows.find((one) => one.id === this.listing.chosen));
  /** The newest first. */
  readonly rounds = $derived(this.listing.detail ?? []);
  readonly round = $derived(this.rounds.find((one) => one.id === this.#round) ?? this.rounds[0]);
  readonly township = $derived(this.round?.townships.find((one) => one.area === this.#area));

  choose(cadence: string): void {
    this.listing.choose(cadence);
    this.#round = undefined;
  }

  /** Turns to the next that is switched on or was. */
  nextOne(): void {
    const ids = this.listing.rows.map((one) => one.id);
    const id = ids[(ids.indexOf(this.listing.chosen ?? '') + 1) % ids.length];
    if (id !== undefined) this.choose(id);
  }

  look(round: Round): void {
    this.#round = round.id;
  }

  /** Tells whether there is a round so much older (or newer, below 0) than the one in hand. */
  at(by: number): Round | undefined {
    const index = this.rounds.findIndex((one) => one.id === this.round?.id);
    return index < 0 ? undefined : this.rounds[index + by];
  }

  take(township: Township | undefined): void {
    this.#area = township?.area;
  }

  /** Takes the first that has not answered in hand, where none is. */
  takeFirst(): void {
    if (this.township === undefined) this.take(this.round?.townships.find((one) => one.state === 'late' || one.state === 'waiting'));
  }

  move(by: number): void {
    this.#area = step((this.round?.townships ?? []).map((one) => one.area), this.#area, by);
  }
}

export const rounds = new Rounds();
