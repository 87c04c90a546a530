/** What a page lists and which of it is in hand: asked for again when its events come, and every half minute all the same. */

import type { BoardEvent } from '../../board/event';
import { stepFrom } from '../../board/list';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { Asking } from '../../net/asking';

const EVERY_MS = 30_000;
/** Events come in bursts; what they changed is asked for once. */
const GATHER_MS = 250;

export interface ListingPorts<Row, Detail> {
  list: () => Promise<readonly Row[]>;
  idOf: (row: Row) => string;
  /** All that is known of one. */
  one: (id: string) => Promise<Detail>;
  /** Tells whether an event may have changed what is shown. */
  concerns: (event: BoardEvent) => boolean;
  /** Tells whether such an event may have changed the one that is in hand; every one does where nobody says. */
  changes?: (event: BoardEvent, id: string) => boolean;
}

export class Listing<Row, Detail = Row> {
  rows = $state.raw<readonly Row[]>([]);
  isAsked = $state(false);
  chosen = $state<string | undefined>(undefined);
  /** Nothing before the first answer. */
  detail = $state.raw<Detail | undefined>(undefined);
  /** Why the last question failed; what was known stays. */
  failure = $state.raw<unknown>(undefined);
  /** Server time of the last answer; 0 before it. */
  heardAt = $state(0);
  readonly #ports: ListingPorts<Row, Detail>;
  /** What was last known of rows that were in hand: shown again at once, until the server has said what it is now. */
  #seen = new Map<string, Detail>();
  /** Where in the list the one in hand stood last: a key goes on from there once it is listed no more. */
  #place = 0;
  #isGathering = false;
  #isTouched = false;
  #all: Asking<readonly Row[]>;
  #one: Asking<{ id: string | undefined; detail: Detail | undefined }>;

  constructor(ports: ListingPorts<Row, Detail>) {
    this.#ports = ports;
    this.#all = new Asking({
      fetch: ports.list,
      isVisible,
      onAnswer: (rows) => {
        this.rows = rows;
        this.isAsked = true;
        this.#heard();
        this.#settle();
        if (this.chosen === undefined && rows[0] !== undefined) this.choose(ports.idOf(rows[0]));
      },
      onFailure: (cause) => (this.failure = cause),
    });
    this.#one = new Asking({
      fetch: async () => {
        const id = this.chosen;
        return { id, detail: id === undefined ? undefined : await ports.one(id) };
      },
      isVisible,
      onAnswer: ({ id, detail }) => {
        if (id !== undefined && detail !== undefined) this.#seen.set(id, detail);
        if (id !== this.chosen) return;
        this.detail = detail;
        this.#heard();
      },
      onFailure: (cause) => (this.failure = cause),
    });
  }

  /** Follows for as long as a page is shown; returns what ends that. */
  start(): () => void {
    const stopAsking = this.#all.every(EVERY_MS);
    if (this.chosen !== undefined) void this.#one.ask();
    // A snapshot comes without events: what happened meanwhile is not known.
    const stopHearing = live.onEvents((events) => {
      const concerning = events.filter((event) => this.#ports.concerns(event));
      if (events.length === 0 || concerning.length > 0) this.#gather(events.length === 0 || concerning.some((event) => this.#changes(event)));
    });
    return () => {
      stopAsking();
      stopHearing();
    };
  }

  choose(id: string | undefined): void {
    if (id !== this.chosen) this.detail = id === undefined ? undefined : this.#seen.get(id);
    this.chosen = id;
    this.failure = undefined;
    this.#settle();
    if (id !== undefined) void this.#one.ask();
  }

  move(by: number): void {
    const ids = this.rows.map((row) => this.#ports.idOf(row));
    const next = stepFrom(ids, this.chosen, this.#place, by);
    if (next !== undefined) this.choose(next);
  }

  /** Asks again after something was done here; its event may still be on its way. */
  async refresh(): Promise<void> {
    await Promise.all([this.#all.ask(), this.#one.ask()]);
  }

  /** Notes where the one in hand stands, and forgets what is listed no more. */
  #settle(): void {
    const ids = this.rows.map((row) => this.#ports.idOf(row));
    const at = this.chosen === undefined ? -1 : ids.indexOf(this.chosen);
    if (at >= 0) this.#place = at;
    const listed = new Set([...ids, this.chosen]);
    for (const id of this.#seen.keys()) if (!listed.has(id)) this.#seen.delete(id);
  }

  #changes(event: BoardEvent): boolean {
    return this.chosen !== undefined && (this.#ports.changes?.(event, this.chosen) ?? true);
  }

  #heard(): void {
    this.heardAt = clock.exact();
    this.failure = undefined;
  }

  #gather(isTouched: boolean): void {
    this.#isTouched ||= isTouched;
    if (this.#isGathering) return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      void (this.#isTouched ? this.refresh() : this.#all.ask());
      this.#isTouched = false;
    }, GATHER_MS);
  }
}

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}
