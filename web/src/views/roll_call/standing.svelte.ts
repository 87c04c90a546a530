/** The board of one roll call as it is shown: its tiles, and the order in which they stand. */

import { differs, held } from '../../board/list';
import type { ObligationView } from '../../board/protocol';
import { orderOf, tallyOf, tileOf, type Tile } from '../../board/roll_call';
import { live } from '../../live.svelte';

export class Standing {
  page = $state(0);
  pages = $state(0);
  #views: () => ReadonlyMap<string, ObligationView>;
  #shown = $state.raw<readonly string[]>([]);
  #of: string | undefined;

  readonly tiles = $derived.by((): ReadonlyMap<string, Tile> => {
    const { me, names, jurisdiction } = live.board ?? {};
    if (me === undefined || names === undefined) return new Map();
    return new Map([...this.#views().values()].map((view) => [view.id, tileOf(view, me.area, names, jurisdiction?.off_post_rings)]));
  });
  readonly tally = $derived(tallyOf(this.tiles.values()));
  readonly #wanted = $derived(orderOf([...this.tiles.values()]));
  /** Nothing moves while somebody looks: whoever is new queues at the end. */
  readonly ids = $derived(held(this.#shown, this.#wanted));
  readonly hasMoved = $derived(differs(this.ids, this.#wanted));

  constructor(views: () => ReadonlyMap<string, ObligationView>) {
    this.#views = views;
  }

  /** Notes whose tiles these are: those of another roll call stand in an order of their own. */
  settle(callout: string | undefined): void {
    if (callout !== this.#of) {
      this.#of = callout;
      this.#shown = [];
      this.page = 0;
    }
    if (this.#shown.length === 0 && this.tiles.size > 0) this.#shown = this.#wanted;
  }

  /** Lets the tiles take their new order, and shows the first page. */
  order(): void {
    this.#shown = this.#wanted;
    this.page = 0;
  }

  turn(by: number): void {
    if (this.pages > 0) this.page = (this.page + by + this.pages) % this.pages;
  }
}
