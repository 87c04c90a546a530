/** The obligations of one callout: fetched whole, changed by events from then on, and fetched anew after a long break. */

import type { Board } from './board/board';
import { isOpen } from './board/board';
import { isObligationEvent, obligationOf, type BoardEvent, type ObligationEvent } from './board/event';
import { openObligation, reduceObligation } from './board/obligation';
import type { ObligationView } from './board/protocol';
import { live } from './live.svelte';
import { api } from './net/api';

/** Obligations fetched of one callout; a county has some five hundred. */
const FETCH_MAX = 5_000;

export class Followed {
  views = $state.raw<ReadonlyMap<string, ObligationView>>(new Map());
  isLoading = $state(false);
  /** There are more than were fetched. */
  isCut = $state(false);
  #id: string | undefined;
  #missed: ObligationEvent[] = [];

  /** The callout that is followed; nothing also where it could not be had. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Turns to another callout, or to the same one again where it could not be had. */
  async turnTo(callout: string | undefined): Promise<void> {
    this.#id = callout;
    this.views = new Map();
    this.isCut = false;
    if (callout !== undefined) await this.#fetch(callout);
  }

  /** Takes in a fuller view than events could draw; what is settled here stays settled. */
  learn(view: ObligationView): void {
    const known = this.views.get(view.id);
    if (known === undefined || (!isOpen(known) && isOpen(view))) return;
    this.views = new Map(this.views).set(view.id, view);
  }

  follow(events: readonly BoardEvent[], board: Board): void {
    // A snapshot comes without events: what happened meanwhile is not known.
    if (events.length === 0 && this.#id !== undefined && !this.isLoading) void this.#fetch(this.#id);
    const own = events.filter(isObligationEvent).filter((event) => event.data.callout === this.#id);
    if (this.isLoading) this.#missed.push(...own);
    else if (own.length > 0) this.#apply(own, board);
  }

  async #fetch(callout: string): Promise<void> {
    this.#missed = [];
    this.isLoading = true;
    try {
      const page = await api.obligations(callout, { limit: FETCH_MAX });
      if (this.#id !== callout) return;
      this.isCut = page.next !== undefined;
      this.views = new Map(page.items.map((view) => [view.id, view]));
      // What happened meanwhile may or may not be in what came: hearing it twice does no harm.
      const missed = this.#missed;
      this.#missed = [];
      if (live.board !== undefined) this.#apply(missed, live.board);
    } catch {
      // The next event of this callout, or choosing it again, tries once more; what was known stays.
      if (this.#id === callout && this.views.size === 0) this.#id = undefined;
    } finally {
      if (this.#id === callout || this.#id === undefined) this.isLoading = false;
    }
  }

  #apply(events: readonly ObligationEvent[], board: Board): void {
    const views = new Map(this.views);
    for (const event of events) {
      const known = views.get(obligationOf(event) ?? '');
      const callout = board.callouts.get(event.data.callout);
      if (known !== undefined) views.set(known.id, reduceObligation(known, event, board.names));
      else if (event.kind === 'obligation_opened' && callout !== undefined) {
        const door = views.get(event.data.about ?? '') ?? board.open.items.get(event.data.about ?? '');
        views.set(event.data.id, openObligation(event.data, event.at, callout, board.names, door));
      }
    }
    this.views = views;
  }
}
