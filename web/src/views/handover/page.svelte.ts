/** What the page of duty changes shows: its lists, which of them has the keys, the row in hand of each, and the sheet on top. */

import { isOpen, unsignedFirst, waitingFirst, type Handover } from '../../board/handover';
import { stepFrom } from '../../board/list';
import { idOf, nextDate, onDate, soonestFirst } from '../../board/outlook';
import { idOf as idOfWanted, type Wanted } from '../../board/reinforcement';
import type { Outlook } from '../../board/roster';
import type { SwapView } from '../../board/swap';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { handoverApi } from '../../net/handovers';
import { rosterApi } from '../../net/roster';
import { dutyChanges } from '../desk/duty_changes.svelte';
import { Asked } from '../page/asked.svelte';

/** In the order in which ← and → go through them; the first is there only while more people are wanted somewhere. */
export const PARTS = ['reinforcements', 'swaps', 'handovers', 'outlook'] as const;
export type Part = (typeof PARTS)[number];

export type SwapVerb = 'approve' | 'refuse' | 'withdraw';
type Sheet =
  | { about: 'reinforcement'; wanted: Wanted; verb: 'send' | 'decline' }
  | { about: 'swap'; swap: SwapView; verb: SwapVerb } | { about: 'handover'; id: string } | { about: 'day' };

/** Days that are looked ahead. */
const DAYS = 30;
/** So many that are over are worth a look back: two days of a county's posts. */
const PAST_MAX = 60;
/** More of what is wrong than anybody goes through here; the month's sheet shows all of it. */
const DEFECTS_MAX = 100;

class DutyPage {
  sheet = $state.raw<Sheet | undefined>(undefined);
  /** Looks at this day alone. */
  date = $state<string | undefined>(undefined);
  #part = $state<Part | undefined>(undefined);
  #hands = $state.raw<Partial<Record<Part, string>>>({});
  /** Where in its list the row in hand stood last. */
  #places: Partial<Record<Part, number>> = {};
  /** What was there at the first look, or has been in hand since. */
  #known = $state.raw<ReadonlySet<string> | undefined>(undefined);

  /** A storm's night makes this long, so it is asked for only when it is another. */
  readonly #past = new Asked<readonly Handover[]>(async () => (await handoverApi.all()).items, () => false);
  readonly ahead = new Asked<Outlook>(() => lookAhead(), ({ kind }) => kind === 'roster_changed');

  readonly zone = $derived(live.board?.jurisdiction.timezone ?? 'Asia/Shanghai');
  readonly swaps = $derived(waitingFirst(dutyChanges.swaps.value ?? []));
  readonly open = $derived(unsignedFirst(dutyChanges.handovers.value ?? [], live.board?.me.area ?? ''));
  readonly past = $derived((this.#past.value ?? []).filter((one) => !isOpen(one)).slice(0, PAST_MAX));
  readonly defects = $derived(onDate(soonestFirst(this.ahead.value?.items ?? []), this.date, this.zone));
  readonly listed = $derived(this.defects.slice(0, DEFECTS_MAX));
  readonly lacking = $derived(dutyChanges.lacking);
  readonly #parts = $derived(PARTS.filter((part) => part !== 'reinforcements' || this.lacking.length > 0));
  /** Where nobody chose it is what waits. */
  readonly part = $derived(this.#parts.find((part) => part === this.#part) ?? (this.lacking.length > 0 ? 'reinforcements' : this.swaps.length > 0 ? 'swaps' : this.open.length > 0 ? 'handovers' : 'outlook'));
  readonly wanted = $derived(this.lacking.find((one) => idOfWanted(one) === this.#hands.reinforcements));
  readonly swap = $derived(this.swaps.find(({ id }) => id === this.#hands.swaps));
  readonly handover = $derived([...this.open, ...this.past].find(({ id }) => id === this.#hands.handovers));
  readonly defect = $derived(this.listed.find((one) => idOf(one) === this.#hands.outlook));

  /** Follows for as long as the page is shown; returns what ends that. */
  start(): () => void {
    const stops = [dutyChanges.start(), this.ahead.start()];
    return () => stops.forEach((stop) => stop());
  }

  askPast(): void {
    void this.#past.ask();
  }

  /** Returns the row that is marked: only the list that has the keys has one. */
  markOf(part: Part): string | undefined {
    return part === this.part ? this.#hands[part] : undefined;
  }

  take(part: Part, id: string): void {
    this.#part = part;
    this.#hold(part, id);
    if (this.#known !== undefined) this.#known = new Set([...this.#known, id]);
  }

  move(by: number): void {
    const { part } = this;
    const next = stepFrom(this.#idsOf(part), this.#hands[part], this.#places[part] ?? 0, by);
    if (next !== undefined) this.take(part, next);
  }

  turn(by: number): void {
    const next = this.#parts[this.#parts.indexOf(this.part) + by];
    if (next !== undefined) this.#part = next;
  }

  /** Takes the first post in hand that needs more people because of a response. */
  reinforce(response: string): void {
    const first = this.lacking.find((one) => one.response === response) ?? this.lacking[0];
    if (first !== undefined) this.take('reinforcements', idOfWanted(first));
  }

  /** Turns to the next day with something wrong. */
  turnDay(by: number): void {
    this.#part = 'outlook';
    this.look(nextDate(this.ahead.value?.days ?? [], this.date, by));
  }

  /** Shows what is wrong on a day alone; on all of them where none is named. */
  look(date: string | undefined): void {
    this.date = date;
    const { outlook: _gone, ...hands } = this.#hands;
    this.#hands = hands;
  }

  /**
   * Notes where the rows in hand stand now, and takes the first of a list in hand where none is: what a key is about must not
   * change because the list did.
   */
  settle(): void {
    for (const part of PARTS) {
      const ids = this.#idsOf(part);
      const at = ids.indexOf(this.#hands[part] ?? '');
      if (at >= 0) this.#places[part] = at;
      else if (this.#hands[part] === undefined && ids[0] !== undefined) this.#hold(part, ids[0]);
    }
    const isAsked = dutyChanges.swaps.value !== undefined && dutyChanges.handovers.value !== undefined;
    if (this.#known === undefined && isAsked) this.#known = new Set([...this.#idsOf('swaps'), ...this.#idsOf('handovers')]);
  }

  /** Tells whether it came since, and nobody has taken it in hand. */
  isNew(id: string): boolean {
    return this.#known !== undefined && !this.#known.has(id);
  }

  async refresh(): Promise<void> {
    await Promise.all([dutyChanges.reinforcements.ask(), dutyChanges.swaps.ask(), dutyChanges.handovers.ask(), this.ahead.ask()]);
  }

  #hold(part: Part, id: string): void {
    this.#hands = { ...this.#hands, [part]: id };
    this.#places[part] = Math.max(0, this.#idsOf(part).indexOf(id));
  }

  #idsOf(part: Part): string[] {
    switch (part) {
      case 'reinforcements': return this.lacking.map(idOfWanted);
      case 'swaps': return this.swaps.map(({ id }) => id);
      case 'handovers': return [...this.open, ...this.past].map(({ id }) => id);
      case 'outlook': return this.listed.map(idOf);
    }
  }
}

export const dutyPage = new DutyPage();

function lookAhead(): Promise<Outlook> {
  return rosterApi.outlook({ area: live.board?.me.area ?? '', from: new Date(clock.exact()).toISOString(), days: DAYS });
}
