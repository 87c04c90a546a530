/** What the page of holidays shows: a year as it was entered, what somebody has changed of it, and the day in hand. */

import { blankYear, cycled, isSameYear, marked, type Mark, type Year } from '../../board/holidays';
import { addDays, dateAt } from '../../board/local';
import { clock } from '../../clock.svelte';
import { say } from '../../i18n/language.svelte';
import { holidayWords } from '../../i18n/holidays';
import { live } from '../../live.svelte';
import { holidayApi } from '../../net/holidays';
import { Write } from '../desk/write.svelte';
import { Asked } from '../page/asked.svelte';

/** What the server takes. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2099;

class Holidays {
  readonly years = new Asked<readonly Year[]>(async () => (await holidayApi.years()).items, ({ kind }) => kind === 'roster_changed');
  readonly write = new Write(() => say(holidayWords).fields);
  savedAt = $state(0);
  date = $state('');
  #year = $state<number | undefined>(undefined);
  /** The year after each change, the last one shown; empty while nothing is changed. */
  #steps = $state.raw<readonly Year[]>([]);
  /** What the changes began from. */
  #base = $state.raw<Year | undefined>(undefined);

  readonly today = $derived(dateAt(clock.now, live.board?.jurisdiction.timezone ?? 'Asia/Shanghai'));
  readonly number = $derived(this.#year ?? Number(this.today.slice(0, 4)));
  readonly entered = $derived(this.years.value?.find(({ year }) => year === this.number));
  readonly year = $derived(this.#steps[this.#steps.length - 1] ?? this.entered ?? blankYear(this.number));
  readonly changes = $derived(this.#steps.length);
  /** Somebody else has entered this year since the changes began. */
  readonly isOvertaken = $derived(this.changes > 0 && !isSameYear(this.#base ?? blankYear(this.number), this.entered ?? blankYear(this.number)));
  /** The years that are offered: those entered, and one on either side of today's and of the shown one. */
  readonly offered = $derived.by(() => {
    const now = Number(this.today.slice(0, 4));
    return [...new Set([...(this.years.value ?? []).map(({ year }) => year), now, now + 1, this.number])].sort((a, b) => a - b);
  });

  /** Turns to a year, unless changes would be lost by it. */
  show(year: number): void {
    if (year === this.number || this.changes > 0 || year < FIRST_YEAR || year > LAST_YEAR) return;
    this.#year = year;
    this.savedAt = 0;
    this.write.error = '';
    this.date = `${year}-01-01`;
  }

  take(date: string): void {
    this.date = date;
  }

  move(days: number): void {
    if (!this.date.startsWith(String(this.number))) this.date = this.today.startsWith(String(this.number)) ? this.today : `${this.number}-01-01`;
    else {
      const next = addDays(this.date, days);
      if (next.startsWith(String(this.number))) this.date = next;
    }
  }

  /** Gives the day in hand its next mark. */
  cycle(): void {
    if (this.date.startsWith(String(this.number))) this.#change(cycled(this.year, this.date));
  }

  mark(mark: Mark): void {
    if (this.date.startsWith(String(this.number))) this.#change(marked(this.year, this.date, mark));
  }

  undo(): void {
    this.#steps = this.#steps.slice(0, -1);
    this.write.error = '';
  }

  discard(): void {
    this.#steps = [];
    this.write.error = '';
  }

  async save(): Promise<void> {
    const { year } = this;
    const done = await this.write.send((key) => holidayApi.put(year, key), JSON.stringify(year));
    if (done === undefined) return;
    await this.years.ask();
    this.#steps = [];
    this.savedAt = clock.exact();
  }

  #change(next: Year): void {
    if (next === this.year) return;
    if (this.changes === 0) this.#base = this.entered;
    this.#steps = [...this.#steps, next];
    this.savedAt = 0;
  }
}

export const holidays = new Holidays();
