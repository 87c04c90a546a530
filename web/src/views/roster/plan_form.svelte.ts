/** A rotation being written: crews in turn for each type of day, from a day on, and what it would change. */

import { addMonths, firstOf } from '../../board/local';
import { DAY_TYPES, firstDraft, inputOf, moved, withType, type Change, type Plans, type Rotation } from '../../board/rotation';
import { crewOf, type Column, type DayType } from '../../board/roster';
import type { Named } from '../../board/protocol';
import { describe } from '../../i18n/errors';
import { say } from '../../i18n/language.svelte';
import { rosterWords } from '../../i18n/roster';
import { rosterApi } from '../../net/roster';
import { Write } from '../desk/write.svelte';
import { roster } from './roster.svelte';

/** So many days after its first are compared. */
export const COMPARED_DAYS = 60;

export class PlanForm {
  startsOn = $state('');
  plans = $state<Plans>([]);
  /** The rotation before it has come. */
  isReady = $state(false);
  failure = $state('');
  readonly write = new Write(() => say(rosterWords).fields);
  readonly post: string;
  readonly #people: readonly Named[];
  #withWeekend: readonly string[] = [];
  #preview = $state.raw<{ about: string; changes: readonly Change[] } | undefined>(undefined);

  readonly others = $derived(DAY_TYPES.filter((type) => this.plans.every(([known]) => known !== type)));
  readonly about = $derived(JSON.stringify(this.#input()));
  readonly changes = $derived(this.#preview?.about === this.about ? this.#preview.changes : undefined);

  constructor(column: Column) {
    this.post = column.table.post;
    this.#people = crewOf(column);
    this.startsOn = firstOf(addMonths(roster.today.slice(0, 7), 1));
  }

  /** Begins as the rotation that is in force on that day. */
  async load(): Promise<void> {
    try {
      const { items } = await rosterApi.rotations(this.post);
      const before: Rotation | undefined = [...items].reverse().find((one) => one.starts_on <= this.startsOn);
      this.plans = firstDraft(before, this.#people);
      this.#withWeekend = before?.with_weekend ?? [];
      this.isReady = true;
    } catch (cause) {
      this.failure = describe(cause);
    }
  }

  move(plan: number, crew: number, by: number): void {
    const one = this.plans[plan];
    if (one !== undefined) one[1].crews = moved(one[1].crews, crew, by);
  }

  drop(plan: number, crew: number): void {
    const one = this.plans[plan];
    if (one !== undefined) one[1].crews = one[1].crews.filter((_, at) => at !== crew);
  }

  add(plan: number): void {
    this.plans[plan]?.[1].crews.push([]);
  }

  addType(type: DayType): void {
    this.plans = withType(this.plans, type);
  }

  dropType(plan: number): void {
    this.plans = this.plans.filter((_, at) => at !== plan);
  }

  /** Asks what it would change. */
  async look(): Promise<void> {
    const { about } = this;
    try {
      const { changes } = await rosterApi.previewRotation(this.#input(), COMPARED_DAYS);
      this.#preview = { about, changes };
      this.failure = '';
    } catch (cause) {
      if (about === this.about) this.failure = describe(cause);
    }
  }

  /** Puts it in force; tells whether it is. */
  async send(): Promise<boolean> {
    const input = this.#input();
    const done = await this.write.send((key) => rosterApi.planRotation(input, key), JSON.stringify(input));
    await roster.refresh();
    return done !== undefined;
  }

  #input(): ReturnType<typeof inputOf> {
    return inputOf(this.post, this.startsOn, this.plans, this.#withWeekend);
  }
}
