/** Days of a post being filled: which days, how they would be held, and what that adds to what people bear. Nothing changes until it is said. */

import {
  burdens, dutiesOf, inForce, lengthOf, stretchToFill, type Burden, type Duties, type Filling, type Stretch,
} from '../../board/duty_table';
import { addDays, dateAt } from '../../board/local';
import type { Day, DayType } from '../../board/roster';
import { describe, fieldOf } from '../../i18n/errors';
import { say } from '../../i18n/language.svelte';
import { rosterWords } from '../../i18n/roster';
import { rosterApi } from '../../net/roster';
import { Write } from '../desk/write.svelte';
import { roster } from './roster.svelte';

/** How far back it is looked what people have borne. */
const BEFORE_DAYS = 90;
/** The server fills no more at once. */
const DAYS_MAX = 366;

interface Preview {
  key: string;
  filling: Filling;
  days: readonly Day[];
  /** Lines that stand there now. */
  standing: number;
  before: ReadonlyMap<string, Duties>;
}

export class FillForm {
  post = $state('');
  first = $state('');
  last = $state('');
  /** Why there is no preview. */
  failure = $state('');
  field = $state<string | undefined>(undefined);
  isAsking = $state(false);
  /** Somebody changed the post between the look and the deed. */
  isOvertaken = $state(false);
  /** What was put in force last. */
  done = $state.raw<(Stretch & { post: string }) | undefined>(undefined);
  readonly write = new Write(() => say(rosterWords).fields);
  #preview = $state.raw<Preview | undefined>(undefined);

  readonly posts = $derived(roster.columns.filter((column) => column.isTurning || column.table.post === this.post));
  readonly stretch = $derived<Stretch>({ first: this.first, last: this.last });
  readonly isPossible = $derived(this.first !== '' && this.last !== '' && lengthOf(this.stretch) > 0 && lengthOf(this.stretch) <= DAYS_MAX);
  readonly key = $derived(`${this.post} ${this.first} ${this.last}`);
  readonly preview = $derived(this.#preview?.key === this.key ? this.#preview : undefined);
  readonly shifts = $derived(this.preview?.filling.shifts ?? []);
  readonly held = $derived(this.shifts.filter(({ people }) => people.length > 0).length);
  readonly burdens = $derived<readonly Burden[]>(this.preview === undefined ? [] : burdens(this.shifts, (at) => this.typeAt(at), this.preview.before));
  /** The post after this one, where several are filled one after another. */
  readonly next = $derived(this.posts[this.posts.findIndex(({ table }) => table.post === this.post) + 1]);

  constructor(post: string) {
    this.take(post);
  }

  take(post: string): void {
    this.post = post;
    const column = roster.columns.find(({ table }) => table.post === post);
    if (column === undefined) return;
    const { first, last } = stretchToFill(column, roster.month, roster.today);
    this.first = first;
    this.last = last;
  }

  /** The type of the day on which a shift begins. */
  typeAt(at: string): DayType | undefined {
    const date = dateAt(Date.parse(at), roster.zone);
    return this.preview?.days.find((day) => day.date === date)?.day_type;
  }

  /** Asks how the days would be filled. */
  async look(): Promise<void> {
    const { key, post, stretch } = this;
    if (!this.isPossible) return;
    this.isAsking = true;
    try {
      const [filling, tables, loads] = await Promise.all([
        rosterApi.fill(post, stretch), rosterApi.tables({ post, from: stretch.first, to: stretch.last }), this.#loads(stretch.first),
      ]);
      const [table] = tables.items;
      const before = new Map(loads.map((load) => [load.person.id, dutiesOf(load.by_day_type)]));
      this.#preview = { key, filling, days: tables.days, standing: table?.shifts.length ?? 0, before };
      this.failure = '';
      this.field = undefined;
    } catch (cause) {
      if (key !== this.key) return;
      this.#preview = undefined;
      this.failure = describe(cause);
      this.field = fieldOf(cause);
    } finally {
      if (key === this.key) this.isAsking = false;
    }
  }

  /** Puts what is shown in force; looks again where somebody was quicker. */
  async send(): Promise<void> {
    const { preview, post, stretch } = this;
    if (preview === undefined) return;
    const set = inForce(preview.filling);
    const done = await this.write.send((key) => rosterApi.put(set, key), JSON.stringify(set));
    this.isOvertaken = this.write.code === 'roster.changed_since';
    await roster.refresh();
    if (this.isOvertaken) await this.look();
    if (done === undefined) return;
    this.done = { post, ...stretch };
  }

  #loads(first: string): Promise<Awaited<ReturnType<typeof rosterApi.load>>['items']> {
    const from = new Date(roster.begins(addDays(first, -BEFORE_DAYS))).toISOString();
    return rosterApi.load({ area: roster.area, from, days: BEFORE_DAYS }).then(({ items }) => items);
  }
}
