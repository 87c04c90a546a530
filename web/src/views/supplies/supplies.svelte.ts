/** What the supplies page shows: the stock, the transfers, what is short; which of it is in hand, and which form is open. */

import type { BoardEvent } from '../../board/event';
import type { Point } from '../../board/incident';
import { step } from '../../board/list';
import { openFirst, supplies as joined, suppliesFor, type Item, type Movement, type Readiness, type Shortages, type Step, type Supply } from '../../board/supply';
import { bilingual } from '../../i18n/language.svelte';
import { alsoRefused } from '../../i18n/errors';
import { supplyWords } from '../../i18n/supply';
import { api } from '../../net/api';
import { supplyApi } from '../../net/supplies';
import { Asked } from '../page/asked.svelte';
import { Listing } from '../page/listing.svelte';

alsoRefused(bilingual(supplyWords.zh.errors, supplyWords.en.errors));

export type View = 'stock' | 'movements' | 'check';
/** What the open form is about. */
export type Form = { kind: 'hold' } | { kind: 'step'; step: Step } | { kind: 'paper' };

/** What a hold begins with when it is asked for from elsewhere. */
export interface Wanted {
  item: string;
  quantity: number;
  depot: string;
  incident: string;
}

class Supplies {
  view = $state<View>('stock');
  text = $state('');
  form = $state.raw<Form | undefined>(undefined);
  wanted = $state.raw<Wanted | undefined>(undefined);
  level = $state(2);
  areas = $state.raw<string[]>([]);
  /** Where the depots are; empty until it is known. */
  points = $state.raw<ReadonlyMap<string, Point>>(new Map());
  #catalogue: readonly Item[] = [];
  readonly stock = new Listing<Supply>({
    list: async () => {
      const [stock] = await Promise.all([supplyApi.stock(), this.#load()]);
      return joined(this.#catalogue, stock.items);
    },
    idOf: (one) => one.item,
    one: async (id) => {
      const [stock] = await Promise.all([supplyApi.stock(id), this.#load()]);
      const found = joined(this.#catalogue, stock.items).find((one) => one.item === id);
      if (found === undefined) throw new Error(`no item ${id}`);
      return found;
    },
    concerns,
  });
  readonly movements = new Listing<Movement>({
    list: async () => {
      const pages = await Promise.all([supplyApi.movements({}), supplyApi.movements({ open: 'true' }), supplyApi.movements({ overdue: 'true' })]);
      const all = new Map(pages.flatMap((page) => page.items).map((one) => [one.id, one]));
      return [...all.values()].sort(openFirst);
    },
    idOf: (one) => one.id,
    one: (id) => supplyApi.movement(id),
    concerns,
  });
  readonly found = $derived(suppliesFor(this.stock.rows, this.text));
  readonly item = $derived(this.stock.rows.find((one) => one.item === this.stock.chosen));
  /** The one in hand, as fresh as it is known. */
  readonly movement = $derived(
    this.movements.detail?.id === this.movements.chosen ? this.movements.detail : this.movements.rows.find((one) => one.id === this.movements.chosen),
  );
  readonly short = new Asked<Shortages>(() => supplyApi.shortages(), concerns);
  readonly ready = new Asked<Readiness>(() => supplyApi.readiness(this.level, this.areas), concerns);

  /** Follows for as long as the page is shown. */
  start(): () => void {
    const ends = [this.stock.start(), this.movements.start(), this.short.start(), this.ready.start()];
    void this.#locate();
    return () => {
      for (const end of ends) end();
    };
  }

  move(by: number): void {
    if (this.view === 'movements') this.movements.move(by);
    else if (this.view === 'stock') this.stock.choose(step(this.found.map((one) => one.item), this.stock.chosen, by));
  }

  /** Looks for what is typed; the first that is found is in hand. */
  look(text: string): void {
    this.text = text;
    const [first] = this.found;
    if (first !== undefined && text.trim() !== '') this.stock.choose(first.item);
  }

  /** Opens the form of a promise for somebody who needs something. */
  want(wanted: Wanted): void {
    this.wanted = wanted;
    this.view = 'stock';
    this.look('');
    this.stock.choose(wanted.item);
    this.form = { kind: 'hold' };
  }

  /** Shows a movement, as one that was just made. */
  show(movement: string): void {
    this.view = 'movements';
    this.movements.choose(movement);
  }

  /** Asks again after something was done here. */
  async refresh(): Promise<void> {
    await Promise.all([this.stock.refresh(), this.movements.refresh(), this.short.ask(), this.ready.ask()]);
  }

  /** Asks whether a response of `level` could be supplied. */
  askFor(level: number): void {
    this.level = level;
    void this.ready.ask();
  }

  close(): void {
    this.form = undefined;
    this.wanted = undefined;
  }

  async #load(): Promise<void> {
    if (this.#catalogue.length === 0) this.#catalogue = (await supplyApi.catalogue()).items;
  }

  async #locate(): Promise<void> {
    if (this.points.size > 0) return;
    try {
      const { features } = await api.map(['depots']);
      this.points = new Map(features.flatMap(({ geometry, properties }) =>
        (geometry?.type === 'Point' ? [[properties.id, geometry.coordinates] as const] : [])));
    } catch {
      // Without distances depots are listed by what they have.
    }
  }
}

function concerns(event: BoardEvent): boolean {
  return event.kind === 'supplies_changed' || event.kind === 'map_changed';
}

export const supplies = new Supplies();
