/** The incidents that the desk shows: the open ones, the one in hand with its units and tasks, and what is done with it. */

import { gravestFirst, isIncidentEvent, type IncidentDetail, type IncidentView } from '../../board/incident';
import { step } from '../../board/list';
import { findable, type Kind } from '../../board/kind';
import { live } from '../../live.svelte';
import { Asking } from '../../net/asking';
import { incidentApi } from '../../net/incidents';
import { places } from '../desk/places.svelte';

/** A county has some tens at once on its worst night. */
const LISTED_MAX = 500;
/** What an event would have told is asked for all the same, should the asking after it have failed. */
const EVERY_MS = 30_000;
/** Events come in bursts; what they changed is asked for once. */
const GATHER_MS = 250;

class Incidents {
  rows = $state.raw<readonly IncidentView[]>([]);
  isAsked = $state(false);
  /** Those that are over, the latest first; asked for only while they are shown. */
  over = $state.raw<readonly IncidentView[]>([]);
  isOver = $state(false);
  isOverAsked = $state(false);
  /** Why those that are over could not be had. */
  overFailure = $state.raw<unknown>(undefined);
  readonly listed = $derived(this.isOver ? this.over : this.rows);
  chosen = $state<string | undefined>(undefined);
  /** All that is known of the one in hand; nothing before the first answer. */
  detail = $state.raw<IncidentDetail | undefined>(undefined);
  failure = $state.raw<unknown>(undefined);
  kinds = $state.raw<readonly Kind[]>([]);
  /** The unit, or the task, that the open sheet is about. */
  assignment = $state<string | undefined>(undefined);
  task = $state<string | undefined>(undefined);
  /** Taken down at this desk: nobody has to be told of them here. */
  readonly own = new Set<string>();
  readonly inHand = $derived(this.listed.find((one) => one.id === this.chosen) ?? (this.detail?.id === this.chosen ? this.detail : undefined));
  #gathering = false;
  #all = new Asking({
    fetch: () => incidentApi.list({ open: 'true', limit: LISTED_MAX }),
    isVisible,
    onAnswer: ({ items }) => {
      this.rows = [...items].sort(gravestFirst);
      this.isAsked = true;
    },
    // What was known stays, and is asked for again.
    onFailure: () => undefined,
  });
  #ended = new Asking({
    fetch: () => incidentApi.list({ open: 'false', limit: LISTED_MAX }),
    isVisible,
    onAnswer: ({ items }) => {
      this.over = [...items].sort((a, b) => Date.parse(b.changed_at) - Date.parse(a.changed_at));
      this.isOverAsked = true;
      this.overFailure = undefined;
      if (this.isOver && this.chosen === undefined) this.choose(this.over[0]?.id);
    },
    onFailure: (cause) => (this.overFailure = cause),
  });
  #one = new Asking({
    fetch: async () => (this.chosen === undefined ? undefined : incidentApi.one(this.chosen)),
    isVisible,
    onAnswer: (known) => {
      if (known === undefined || known.id !== this.chosen) return;
      this.detail = known;
      this.failure = undefined;
    },
    onFailure: (cause) => (this.failure = cause),
  });

  start(): void {
    this.#all.every(EVERY_MS);
    // A snapshot comes without events: what happened meanwhile is not known.
    live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => isIncidentEvent(event) || event.kind.startsWith('obligation_'))) this.#gather();
    });
  }

  /** The desk shows incidents. */
  get isOpen(): boolean {
    return places.at === 'incidents';
  }

  /** Turns the desk to incidents, and back to callouts. */
  turn(): void {
    if (this.isOpen) places.go('callouts');
    else this.open();
  }

  /** Turns the desk to incidents. */
  open(): void {
    places.go('incidents');
    void this.#all.ask();
    if (this.chosen === undefined) this.choose(this.rows[0]?.id);
  }

  /** Shows those that are over, or the open ones again. */
  turnOver(): void {
    this.isOver = !this.isOver;
    this.choose(this.listed[0]?.id);
    if (this.isOver) void this.#ended.ask();
  }

  choose(id: string | undefined): void {
    if (id !== this.chosen) this.detail = undefined;
    this.chosen = id;
    this.failure = undefined;
    if (id !== undefined) void this.#one.ask();
  }

  move(by: number): void {
    this.choose(step(this.listed.map((one) => one.id), this.chosen, by));
  }

  /** Asks again after something was done here; its event may still be on its way. */
  async refresh(): Promise<void> {
    await Promise.all([this.#all.ask(), this.#one.ask(), ...(this.isOver ? [this.#ended.ask()] : [])]);
  }

  async loadKinds(): Promise<void> {
    if (this.kinds.length > 0) return;
    try {
      this.kinds = findable((await incidentApi.kinds()).items);
    } catch {
      // Opening the form again asks again.
    }
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      void this.#all.ask();
      if (this.isOpen && this.isOver) void this.#ended.ask();
      if (this.isOpen && this.chosen !== undefined) void this.#one.ask();
    }, GATHER_MS);
  }
}

export const incidents = new Incidents();

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}
