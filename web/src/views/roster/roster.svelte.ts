/** What the page of the roster shows: an area, a month, the cell in hand, and the sheet that lies on top. */

import { areaOfPost } from '../../board/area';
import { isByTable, swapped } from '../../board/duty_table';
import { addDays, addMonths, dateAt, datesOf, firstOf, instantOf, lastOf, monthOf } from '../../board/local';
import { cellAt, sheetOf, stepTo, tallyOf, type At, type Defect, type Outlook, type Tables } from '../../board/roster';
import type { Time } from '../../board/protocol';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { rosterApi } from '../../net/roster';
import { areas } from '../desk/areas.svelte';
import { Asked } from '../page/asked.svelte';
import { listedAreas } from './areas';

export type RosterSheet = 'cell' | 'day' | 'substitute' | 'edit' | 'leave' | 'fill' | 'import' | 'imports' | 'swap' | 'load' | 'leaves' | 'rotations' | 'plan' | 'calendar' | 'changes';

/** The server looks two years ahead and back; a month less, so that no end lies beyond. */
const MONTHS_MAX = 23;
/** Sheets that were looked at and are shown again at once. */
const SEEN_MAX = 12;

/** An answer, and what was asked. */
interface Answer<T> {
  key: string;
  value: T;
}

const NOTHING: Outlook = { posts: 0, years_missing: [], days: [], items: [], left_off: 0 };

class Roster {
  sheet = $state<RosterSheet | undefined>(undefined);
  at = $state.raw<At | undefined>(undefined);
  /** The day that is to change places with another. */
  marked = $state.raw<At | undefined>(undefined);
  /** Days that would change places, once somebody has said so. */
  pair = $state.raw<readonly [At, At] | undefined>(undefined);
  /** Why days do not change places. */
  notice = $state<'swapNot' | 'swapOther' | undefined>(undefined);
  #area = $state<string | undefined>(undefined);
  #month = $state<string | undefined>(undefined);
  #seen = new Map<string, { tables: Tables; outlook: Outlook }>();

  readonly zone = $derived(live.board?.jurisdiction.timezone ?? 'Asia/Shanghai');
  readonly today = $derived(dateAt(clock.now, this.zone));
  readonly root = $derived(live.board?.me.area ?? '');
  readonly area = $derived(this.#area ?? this.root);
  readonly month = $derived(this.#month ?? monthOf(this.today));
  readonly key = $derived(`${this.area} ${this.month}`);
  readonly areas = $derived(listedAreas(areas.all, this.root, this.area));
  readonly areaName = $derived(this.nameOf(this.area));

  readonly #sheet = new Asked<Answer<{ tables: Tables; outlook: Outlook }>>(() => this.#ask(), ({ kind }) => kind === 'roster_changed');
  /** What is wrong anywhere, for the counts beside the areas. */
  readonly #whole = new Asked<Answer<Outlook>>(() => this.#askWhole(), ({ kind }) => kind === 'roster_changed');

  readonly answer = $derived(this.#sheet.value?.key === this.key ? this.#sheet.value.value : this.#seen.get(this.key));
  readonly failure = $derived(this.#sheet.failure);
  readonly heardAt = $derived(this.#sheet.heardAt);
  /** Of the shown area alone, not of what lies in it. */
  readonly defects = $derived<readonly Defect[]>(this.answer?.outlook.items.filter(({ area }) => area === this.area) ?? []);
  readonly tally = $derived(tallyOf(this.defects));
  readonly columns = $derived(this.answer === undefined ? [] : sheetOf(this.answer.tables, this.month, this.defects));
  readonly hand = $derived(cellAt(this.columns, this.at));
  /** Whose day's sheet is meant: the day in hand, else today, else the first of the month that is shown. */
  readonly dayInHand = $derived(this.hand?.cell.date ?? (this.month === monthOf(this.today) ? this.today : firstOf(this.month)));
  /** Nothing before it is known, and of months that are over. */
  readonly wrong = $derived(this.month >= monthOf(this.today) && this.#whole.value?.key === `${this.root} ${this.month}` ? this.#whole.value.value : undefined);

  /** Follows for as long as the page is shown; returns what ends that. */
  start(): () => void {
    const stops = [this.#sheet.start(), this.#whole.start()];
    return () => stops.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    await Promise.all([this.#sheet.ask(), this.#whole.ask()]);
  }

  show(area: string): void {
    if (area === this.area) return;
    this.#area = area;
    this.#letGo();
    this.at = undefined;
    void this.#sheet.ask();
  }

  turnTo(month: string): void {
    const now = monthOf(this.today);
    if (month < addMonths(now, -MONTHS_MAX) || month > addMonths(now, MONTHS_MAX) || month === this.month) return;
    this.#month = month;
    this.#letGo();
    if (this.at !== undefined) this.at = { post: this.at.post, date: firstOf(month) };
    void this.refresh();
  }

  turn(months: number): void {
    this.turnTo(addMonths(this.month, months));
  }

  goToToday(): void {
    const post = this.at?.post ?? this.columns[0]?.table.post;
    this.turnTo(monthOf(this.today));
    if (post !== undefined) this.at = { post, date: this.today };
  }

  /** Turns to a cell that somebody wants to see, in whatever area and month it is. */
  goTo(at: At): void {
    this.show(areaOfPost(at.post));
    this.turnTo(monthOf(at.date));
    this.at = at;
  }

  /** Takes the area so many places on in hand. */
  moveArea(by: number): void {
    const index = this.areas.findIndex(({ code }) => code === this.area);
    const next = this.areas[Math.min(this.areas.length - 1, Math.max(0, index + by))];
    if (next !== undefined) this.show(next.code);
  }

  move(across: number, down: number): void {
    this.notice = undefined;
    const today = this.month === monthOf(this.today) && this.columns[0] !== undefined ? { post: this.columns[0].table.post, date: this.today } : undefined;
    this.at = this.hand === undefined ? today ?? stepTo(this.columns, undefined, 0, 0) : stepTo(this.columns, this.at, across, down);
  }

  take(at: At): void {
    this.notice = undefined;
    this.at = at;
  }

  /** Tells whether a cell is over: what was stays on record. */
  isPast(cell: { to: number }): boolean {
    return cell.to <= clock.now;
  }

  /** Marks a day to change places, or names the other one. */
  pick(at: At): void {
    const first = this.marked;
    this.notice = undefined;
    if (first !== undefined && first.post === at.post && first.date === at.date) this.marked = undefined;
    else if (first !== undefined) this.drop(first, at);
    else if (this.mayMove(at)) this.marked = at;
    else this.notice = 'swapNot';
  }

  /** Offers to let two days change places. */
  drop(one: At, other: At): void {
    this.notice = undefined;
    if (one.post === other.post && one.date === other.date) return;
    const [a, b] = [cellAt(this.columns, one), cellAt(this.columns, other)];
    if (one.post !== other.post) this.notice = 'swapOther';
    else if (a === undefined || b === undefined || this.isPast(a.cell) || this.isPast(b.cell) || swapped(a.column.table, a.cell, b.cell) === undefined) this.notice = 'swapNot';
    else {
      this.marked = undefined;
      this.pair = one.date < other.date ? [one, other] : [other, one];
      this.sheet = 'swap';
    }
  }

  /** Tells whether a day may change places with another. */
  mayMove(at: At): boolean {
    const found = cellAt(this.columns, at);
    return found !== undefined && !this.isPast(found.cell) && isByTable(found.cell);
  }

  /** Lets go of what is marked; tells whether anything was. */
  back(): boolean {
    const had = this.marked !== undefined || this.notice !== undefined;
    this.#letGo();
    return had;
  }

  close(): void {
    this.sheet = undefined;
    this.pair = undefined;
  }

  nameOf(area: string): string {
    return areas.all.find(({ code }) => code === area)?.name ?? (area === this.root ? ownAreaName() : area);
  }

  /** Returns what a post is called; where it is no post that is listed, where it is. */
  titleOf(post: string): string {
    const duty = live.board?.duty;
    const places = [...this.columns.map(({ table }) => table), ...(duty?.items ?? []), ...(duty?.gaps ?? [])];
    return places.find((one) => one.post === post)?.post_title ?? this.nameOf(areaOfPost(post));
  }

  /** The instant at which a date begins. */
  begins(date: string): number {
    return instantOf(`${date}T00:00`, this.zone) ?? 0;
  }

  #letGo(): void {
    this.marked = undefined;
    this.notice = undefined;
  }

  async #ask(): Promise<Answer<{ tables: Tables; outlook: Outlook }>> {
    const { area, month, key } = this;
    const days = { from: firstOf(month), to: firstOf(addMonths(month, 1)) };
    const [tables, outlook] = await Promise.all([rosterApi.tables({ area, ...days }), this.#outlook(area, month)]);
    this.#seen.set(key, { tables, outlook });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > SEEN_MAX && oldest !== undefined) this.#seen.delete(oldest);
    return { key, value: { tables, outlook } };
  }

  async #askWhole(): Promise<Answer<Outlook>> {
    const { root, month } = this;
    return { key: `${root} ${month}`, value: await this.#outlook(root, month) };
  }

  /** What is wrong in the rest of a month; what is over is on record. */
  async #outlook(area: string, month: string): Promise<Outlook> {
    const first = firstOf(month) < this.today ? this.today : firstOf(month);
    // The duty of the last day ends on the day after it.
    const days = datesOf(first, addDays(lastOf(month), 1)).length;
    if (monthOf(first) !== month) return NOTHING;
    const from: Time = new Date(this.begins(first)).toISOString();
    return rosterApi.outlook({ area, from, days });
  }
}

export const roster = new Roster();

/** Returns what the caller's own area is called. */
export function ownAreaName(): string {
  const { me, jurisdiction } = live.board ?? {};
  return me?.area_name ?? (me?.area === jurisdiction?.area ? jurisdiction?.name : me?.area) ?? '';
}
