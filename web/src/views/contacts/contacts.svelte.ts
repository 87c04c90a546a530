/** What the page of telephones shows: an area's list, which of it is marked and in hand, and the tests that are going on. */

import { mayChange, orderOf, percentOf, STANDINGS, testsOf, type Contact } from '../../board/contacts';
import { differs, held, stepFrom } from '../../board/list';
import { dateAt } from '../../board/local';
import type { CalloutView } from '../../board/protocol';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { contactsApi, type Contacts } from '../../net/contacts';
import { areas } from '../desk/areas.svelte';
import { Asked } from '../page/asked.svelte';
import { listedAreas } from '../roster/areas';
import { ownAreaName } from '../roster/roster.svelte';

/** A test is answered for hours, and the list is that of a whole county. */
const GATHER_MS = 2_000;
/** Rows that are drawn at first, and with each step more. */
const ROOM = 100;

class ContactsBook {
  isTesting = $state(false);
  /** Only those in doubt are listed. */
  isNarrow = $state(false);
  marked = $state.raw<ReadonlySet<string>>(new Set());
  hand = $state<string | undefined>(undefined);
  tests = $state.raw<readonly CalloutView[]>([]);
  #area = $state<string | undefined>(undefined);
  #room = $state(ROOM);
  /** In the order in which they stand there now. */
  #ids = $state.raw<readonly string[]>([]);
  /** With those who left the roster while they were listed. */
  #known = $state.raw<ReadonlyMap<string, Contact>>(new Map());
  /** Where in the list the row in hand stood last. */
  #place = 0;
  readonly #asked = new Asked<{ area: string; value: Contacts }>(() => this.#ask(), mayChange, GATHER_MS);

  readonly zone = $derived(live.board?.jurisdiction.timezone ?? 'Asia/Shanghai');
  readonly today = $derived(dateAt(clock.now, this.zone));
  readonly root = $derived(live.board?.me.area ?? '');
  readonly area = $derived(this.#area ?? this.root);
  readonly areaName = $derived(this.nameOf(this.area));
  readonly areas = $derived(listedAreas(areas.all, this.root, this.area));
  readonly answer = $derived(this.#asked.value?.area === this.area ? this.#asked.value.value : undefined);
  readonly failure = $derived(this.#asked.failure);
  readonly heardAt = $derived(this.#asked.heardAt);
  readonly listed = $derived(this.#ids.length);
  readonly rows = $derived(this.#ids.slice(0, this.#room).flatMap((id) => this.#known.get(id) ?? []));
  readonly hasMore = $derived(this.#ids.length > this.#room);
  readonly #present = $derived(new Set(this.answer?.items.map(({ person }) => person)));
  readonly #wanted = $derived(orderOf(this.answer?.items ?? [], this.isNarrow));
  /** The list would be another if it were let go. */
  readonly isHeld = $derived(differs(this.#ids, this.#wanted));
  readonly sums = $derived(STANDINGS.map((standing) => {
    const n = this.answer?.[standing] ?? 0;
    return { standing, n, percent: percentOf(n, this.answer?.total ?? 0) };
  }));

  /** Follows for as long as the page is shown; returns what ends that. */
  start(): () => void {
    return this.#asked.start();
  }

  refresh(): Promise<void> {
    return this.#asked.ask();
  }

  show(area: string): void {
    if (area === this.area) return;
    this.#area = area;
    this.letGo();
    this.#order();
    void this.#asked.ask();
  }

  /** Takes the area so many places on in hand. */
  moveArea(by: number): void {
    const index = this.areas.findIndex(({ code }) => code === this.area);
    const next = this.areas[Math.min(this.areas.length - 1, Math.max(0, index + by))];
    if (next !== undefined) this.show(next.code);
  }

  narrow(): void {
    this.isNarrow = !this.isNarrow;
    this.order();
  }

  /** Takes in the list as the server tells it: nothing moves while somebody has a row in hand or has marked any. */
  settle(): void {
    if (this.answer === undefined) return;
    if (this.hand === undefined && this.marked.size === 0) return this.#order();
    this.#known = new Map([...this.#known, ...this.answer.items.map((one) => [one.person, one] as const)]);
    this.#ids = held(this.#ids, this.#wanted);
  }

  /** Lets the list be as it would be now; whoever is listed no more is marked no more. */
  order(): void {
    this.#order();
    const listed = new Set(this.#ids);
    this.marked = new Set([...this.marked].filter((id) => listed.has(id)));
    if (this.hand !== undefined && !listed.has(this.hand)) this.hand = undefined;
  }

  move(by: number): void {
    const ids = this.rows.map(({ person }) => person);
    if (by > 0 && this.hasMore && this.hand === ids[ids.length - 1]) this.more();
    const next = stepFrom(this.rows.map(({ person }) => person), this.hand, this.#place, by);
    if (next !== undefined) this.take(next);
  }

  take(person: string): void {
    this.hand = person;
    this.#place = Math.max(0, this.#ids.indexOf(person));
  }

  more(): void {
    this.#room += ROOM;
  }

  mark(person: string | undefined): void {
    if (person === undefined) return;
    const marked = new Set(this.marked);
    if (!marked.delete(person)) marked.add(person);
    this.marked = marked;
  }

  /** Lets go of what is marked, then of the row in hand; tells whether there was anything. */
  back(): boolean {
    const had = this.marked.size > 0 || this.hand !== undefined;
    if (this.marked.size > 0) this.marked = new Set();
    else this.hand = undefined;
    return had;
  }

  letGo(): void {
    this.marked = new Set();
    this.hand = undefined;
  }

  follow(callouts: Iterable<CalloutView>): void {
    this.tests = testsOf(this.tests, callouts);
  }

  /** Returns what was last known of somebody who is listed. */
  known(person: string): Contact | undefined {
    return this.#known.get(person);
  }

  isGone(person: string): boolean {
    return !this.#present.has(person);
  }

  nameOf(area: string): string {
    return areas.all.find(({ code }) => code === area)?.name ?? live.board?.names.get(area) ?? (area === this.root ? ownAreaName() : area);
  }

  #order(): void {
    this.#known = new Map(this.answer?.items.map((one) => [one.person, one]));
    this.#ids = this.#wanted;
    this.#room = ROOM;
  }

  async #ask(): Promise<{ area: string; value: Contacts }> {
    const { area } = this;
    return { area, value: await contactsApi.all(area) };
  }
}

export const contacts = new ContactsBook();
