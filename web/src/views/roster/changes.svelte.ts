/** The changes of an area's roster as far back as somebody has looked, and which of them are wanted. */

import { concerns, merged, type Days, type RosterChange } from '../../board/roster_change';
import { rosterApi } from '../../net/roster';
import { Asked } from '../page/asked.svelte';

const PAGE = 50;

export class Changes {
  /** Empty for all. */
  post = $state('');
  days = $state.raw<Days>({ first: '', last: '' });
  isBusy = $state(false);
  #known = $state.raw<readonly RosterChange[]>([]);
  /** Where earlier ones begin; nothing where there are none. */
  #next = $state<string | undefined>(undefined);
  readonly #area: string;
  readonly #zone: string;
  readonly asked: Asked<readonly RosterChange[]>;

  readonly listed = $derived.by(() => this.#known.filter((one) => concerns(one, this.days, this.#zone)));

  constructor(area: string, zone: string) {
    this.#area = area;
    this.#zone = zone;
    this.asked = new Asked(() => this.#ask(undefined), ({ kind }) => kind === 'roster_changed');
  }

  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  narrow(post: string): void {
    this.post = post;
    this.#known = [];
    this.#next = undefined;
    void this.asked.ask();
  }

  /** Asks for those before the earliest that is known. */
  async more(): Promise<void> {
    if (this.isBusy || this.#next === undefined) return;
    this.isBusy = true;
    try {
      await this.#ask(this.#next);
    } catch (cause) {
      this.asked.failure = cause;
    } finally {
      this.isBusy = false;
    }
  }

  async #ask(before: string | undefined): Promise<readonly RosterChange[]> {
    const { post } = this;
    const { items, next } = await rosterApi.changes({ area: this.#area, post: post === '' ? undefined : post, before, limit: PAGE });
    if (post !== this.post) return this.#known;
    // The newest are asked for again and again: that says nothing of where the earliest known end.
    if (before !== undefined || this.#known.length === 0) this.#next = next;
    this.#known = merged(this.#known, items);
    return this.#known;
  }
}
