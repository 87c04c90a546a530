/** The page of responses: what is listed, which of it is in hand, and where in it the keys are. */

import { entries, nextOpen, units, type Entry, type ProposalView, type ResponseTask, type ResponseView, type Unit } from '../../board/response';
import { step } from '../../board/list';
import { clock } from '../../clock.svelte';
import { responseApi } from '../../net/responses';
import { Listing } from '../page/listing.svelte';

/** A county has some tens in a year. */
const LISTED_MAX = 100;

/** All that is known of one entry. */
export type Detail = { proposal: ProposalView } | { response: ResponseView };
/** Where the keys are: on the list, on the units of a response, or on the tasks of one. */
export type Level = 'list' | 'units' | 'tasks';
export type Sheet = 'start' | 'decide' | 'level' | 'end' | 'summary' | 'complete' | 'progress' | 'withdraw';

class Responses {
  level = $state<Level>('list');
  sheet = $state<Sheet | undefined>(undefined);
  unit = $state<string | undefined>(undefined);
  task = $state<string | undefined>(undefined);
  readonly listing = new Listing<Entry, Detail>({
    list: async () => {
      const [proposals, responses] = await Promise.all([
        responseApi.proposals({ waiting: 'true', limit: LISTED_MAX }), responseApi.list({ limit: LISTED_MAX }),
      ]);
      return entries(proposals.items, responses.items);
    },
    idOf: ({ id }) => id,
    one: (id) => this.#ask(id),
    concerns: ({ kind }) => kind === 'responses_changed' || kind === 'incidents_changed' || kind === 'roster_changed',
  });
  readonly response = $derived(this.listing.detail !== undefined && 'response' in this.listing.detail ? this.listing.detail.response : undefined);
  readonly proposal = $derived(this.listing.detail !== undefined && 'proposal' in this.listing.detail ? this.listing.detail.proposal : undefined);
  readonly units = $derived(this.response === undefined ? { departments: [], townships: [] } : units(this.response, clock.now));
  readonly #row = $derived([...this.units.departments, ...this.units.townships]);
  readonly unitInHand: Unit | undefined = $derived(this.#row.find((one) => one.id === this.unit));
  readonly taskInHand: ResponseTask | undefined = $derived(
    this.level === 'tasks' ? this.unitInHand?.tasks.find((one) => one.id === this.task) : undefined,
  );

  choose(id: string): void {
    if (id !== this.listing.chosen) this.#leave();
    this.listing.choose(id);
  }

  move(by: number): void {
    if (this.level === 'list') {
      this.#leave();
      this.listing.move(by);
    } else if (this.level === 'units') this.unit = step(this.#row.map((one) => one.id), this.unit, by);
    else this.task = step((this.unitInHand?.tasks ?? []).map((one) => one.id), this.task, by);
  }

  /** Goes to the unit beside, in the other column. */
  cross(): void {
    if (this.level !== 'units' || this.unit === undefined) return;
    const { departments, townships } = this.units;
    const [own, other] = departments.some((one) => one.id === this.unit) ? [departments, townships] : [townships, departments];
    const at = own.findIndex((one) => one.id === this.unit);
    this.unit = other[Math.min(at, other.length - 1)]?.id ?? this.unit;
  }

  /** Goes one level deeper: into the units, then into the tasks of one. Tells whether there is one. */
  enter(): boolean {
    if (this.level === 'list') {
      const first = this.#row.find((one) => one.light !== 'green') ?? this.#row[0];
      if (first === undefined) return false;
      this.level = 'units';
      this.unit ??= first.id;
      return true;
    }
    if (this.level === 'tasks') return false;
    return this.openUnit(this.unit);
  }

  /** Takes a unit in hand: its tasks are shown beside. */
  showUnit(id: string): void {
    this.level = 'units';
    this.unit = id;
    this.task = undefined;
  }

  openUnit(id: string | undefined): boolean {
    this.unit = id;
    const tasks = this.unitInHand?.tasks ?? [];
    const first = nextOpen(tasks, undefined) ?? tasks[0];
    if (first === undefined) return false;
    this.level = 'tasks';
    this.task = first.id;
    return true;
  }

  openTask(id: string): void {
    this.level = 'tasks';
    this.task = id;
  }

  /** Goes one level up; tells whether there was one. */
  back(): boolean {
    if (this.level === 'list') return false;
    this.level = this.level === 'tasks' ? 'units' : 'list';
    this.task = undefined;
    if (this.level === 'list') this.unit = undefined;
    return true;
  }

  /** Goes on after a task is done or taken back: to the unit's next one, or back to the units. */
  async settled(): Promise<void> {
    const next = nextOpen(this.unitInHand?.tasks ?? [], this.task);
    this.sheet = undefined;
    if (next === undefined) this.back();
    else this.task = next.id;
    await this.listing.refresh();
  }

  /** Shows a response that was just started or changed. */
  async show(id: string): Promise<void> {
    this.sheet = undefined;
    this.#leave();
    this.listing.choose(id);
    await this.listing.refresh();
  }

  #leave(): void {
    this.level = 'list';
    this.unit = undefined;
    this.task = undefined;
  }

  async #ask(id: string): Promise<Detail> {
    if (!id.startsWith('p-')) return { response: await responseApi.one(id) };
    // What became of it meanwhile is to be seen, too.
    const { items } = await responseApi.proposals({ limit: LISTED_MAX });
    const known = items.find((one) => one.id === id) ?? this.proposal;
    if (known === undefined) throw new Error('a proposal that was never listed');
    return { proposal: known };
  }
}

export const responses = new Responses();
