/** What the evacuation page shows: orders and how far they have come, shelters, points of risk; what is in hand, which form is open. */

import type { BoardEvent } from '../../board/event';
import { fullestFirst, mostPressing, runningFirst, threateningFirst, type Evacuation, type RiskPoint, type Shelter, type Tally, type Transfer } from '../../board/evacuation';
import { held, step } from '../../board/list';
import { alsoRefused } from '../../i18n/errors';
import { evacuationWords } from '../../i18n/evacuation';
import { bilingual } from '../../i18n/language.svelte';
import { evacuationApi } from '../../net/evacuations';
import { areas } from '../desk/areas.svelte';
import { Asked } from '../page/asked.svelte';
import { Listing } from '../page/listing.svelte';

alsoRefused(bilingual(evacuationWords.zh.errors, evacuationWords.en.errors));

export type View = 'moving' | 'shelters' | 'risks';
export type Form = 'order' | 'progress' | 'callOff' | 'permit' | 'returned' | 'count';

interface Known {
  order: Evacuation;
  transfers: readonly Transfer[];
}

class Evacuations {
  view = $state<View>('moving');
  form = $state<Form | undefined>(undefined);
  /** ↑ and ↓ move among the places of the order in hand. */
  isInside = $state(false);
  total = $state.raw<Tally | undefined>(undefined);
  /** The point of risk that an order begins with. */
  point = $state.raw<RiskPoint | undefined>(undefined);
  #transfer = $state<string | undefined>(undefined);
  #shelter = $state<string | undefined>(undefined);
  #risk = $state<string | undefined>(undefined);
  /** The order in which shelters are shown: as they were when somebody began to look, so that no row moves. */
  #shown = $state.raw<readonly string[]>([]);
  readonly orders = new Listing<Evacuation, Known>({
    list: async () => {
      const page = await evacuationApi.list();
      this.total = page.total;
      return [...page.items].sort(runningFirst);
    },
    idOf: (one) => one.id,
    one: async (id) => {
      const [order, transfers] = await Promise.all([evacuationApi.one(id), evacuationApi.transfers(id)]);
      return { order, transfers: transfers.items };
    },
    concerns,
  });
  readonly shelters = new Asked<readonly Shelter[]>(async () => (await evacuationApi.shelters()).items, concerns);
  readonly risks = new Asked<readonly RiskPoint[]>(async () => (await evacuationApi.riskPoints()).sort(threateningFirst), (event) => event.kind === 'map_changed');
  /** Townships by code: a village says little without its township. */
  readonly townships = $derived(new Map(areas.townships.map(({ code, name }) => [code, name])));
  readonly transfers = $derived(this.orders.detail?.transfers ?? []);
  readonly order = $derived(this.orders.detail?.order);
  readonly transfer = $derived(this.transfers.find((one) => one.id === this.#transfer) ?? mostPressing(this.transfers));
  readonly listedShelters = $derived.by(() => {
    const all = new Map((this.shelters.value ?? []).map((one) => [one.id, one]));
    const ids = held(this.#shown, [...all.values()].sort(fullestFirst).map((one) => one.id));
    return ids.flatMap((id) => all.get(id) ?? []);
  });
  readonly shelter = $derived(this.listedShelters.find((one) => one.id === this.#shelter) ?? this.listedShelters[0]);
  readonly risk = $derived(this.risks.value?.find((one) => one.id === this.#risk) ?? this.risks.value?.[0]);

  start(): () => void {
    const ends = [this.orders.start(), this.shelters.start(), this.risks.start()];
    return () => {
      for (const end of ends) end();
    };
  }

  show(view: View): void {
    this.view = view;
    this.isInside = false;
    this.#shown = [...(this.shelters.value ?? [])].sort(fullestFirst).map((one) => one.id);
  }

  /** Shows an order, as one that was just given. */
  showOrder(id: string): void {
    this.show('moving');
    this.orders.choose(id);
  }

  chooseTransfer(id: string): void {
    this.#transfer = id;
    this.isInside = true;
  }

  chooseShelter(id: string): void {
    this.#shown = this.listedShelters.map((one) => one.id);
    this.#shelter = id;
  }

  chooseRisk(id: string): void {
    this.#risk = id;
  }

  move(by: number): void {
    if (this.view === 'shelters') this.chooseShelter(next(this.listedShelters, this.shelter, by));
    else if (this.view === 'risks') this.chooseRisk(next(this.risks.value ?? [], this.risk, by));
    else if (this.isInside) this.chooseTransfer(next(this.transfers, this.transfer, by));
    else this.orders.move(by);
  }

  enter(): void {
    if (this.view === 'moving' && this.transfers.length > 0) this.isInside = true;
  }

  back(): boolean {
    const wasInside = this.isInside;
    this.isInside = false;
    return wasInside;
  }

  /** Opens the order form, for one point of risk where one is meant. */
  begin(point?: RiskPoint): void {
    this.point = point;
    this.form = 'order';
  }

  close(): void {
    this.form = undefined;
    this.point = undefined;
  }

  /** Asks again after something was done here. */
  async refresh(): Promise<void> {
    await Promise.all([this.orders.refresh(), this.shelters.ask()]);
  }
}

function next(rows: readonly { id: string }[], now: { id: string } | undefined, by: number): string {
  return step(rows.map((one) => one.id), now?.id, by) ?? '';
}

function concerns(event: BoardEvent): boolean {
  return event.kind === 'evacuation_changed';
}

export const evacuations = new Evacuations();
