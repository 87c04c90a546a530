/** The units that the page lists: asked for again when something of them changes; what is shown stays in its place meanwhile. */

import type { AssignmentView } from '../../board/assignment';
import type { BoardEvent } from '../../board/event';
import { isIncidentEvent } from '../../board/incident';
import { differs, held, step } from '../../board/list';
import {
  byStanding, isFound, isInView, returnsOf, rowsOf, type Covered, type Readiness, type UnitRow, type UnitsView, type UnitView,
} from '../../board/unit';
import { clock } from '../../clock.svelte';
import { mapWords } from '../../i18n/map';
import { live } from '../../live.svelte';
import { kindOf } from '../../map/kinds';
import { Asking } from '../../net/asking';
import { unitApi } from '../../net/units';
import { areas } from '../desk/areas.svelte';
import { Listing } from '../page/listing.svelte';

/** Rows drawn at once; the rest is found by typing. */
const SHOWN_MAX = 120;
const COVERAGE_MS = 30_000;

class UnitsPage {
  text = $state('');
  view = $state<UnitsView>('all');
  coverage = $state.raw<readonly Covered[] | undefined>(undefined);
  coverageFailure = $state.raw<unknown>(undefined);
  readonly listing: Listing<UnitRow, undefined> = new Listing<UnitRow, undefined>({
    list: () => this.#ask(),
    // The list tells all that is known.
    one: () => Promise.resolve(undefined),
    idOf: (row) => row.unit.id,
    concerns,
  });
  /** What was said here, until the list tells of it. */
  #said = $state.raw<ReadonlyMap<string, Readiness>>(new Map());
  /** The order that is held; what is new queues at its end. */
  #held = $state.raw<readonly string[]>([]);
  readonly byId = $derived(new Map(this.listing.rows.map((row) => [row.unit.id, this.#withSaid(row)])));
  readonly rows = $derived([...this.byId.values()]);
  readonly #wanted = $derived(
    this.rows.filter((row) => isInView(row, this.view, clock.now) && isFound(row, this.text)).sort(byStanding(clock.now)).map((row) => row.unit.id),
  );
  /** As text, so that a tick of the clock that changes nothing changes nothing. */
  readonly #order = $derived(this.#wanted.join(' '));
  readonly #ids = $derived.by(() => {
    const wanted = this.#order === '' ? [] : this.#order.split(' ');
    return this.#held.length === 0 ? wanted : held(this.#held, wanted).filter((id) => this.byId.has(id));
  });
  readonly shown = $derived(this.#ids.slice(0, SHOWN_MAX).flatMap((id) => this.byId.get(id) ?? []));
  readonly more = $derived(Math.max(0, this.#ids.length - SHOWN_MAX));
  readonly hasMoved = $derived(this.#held.length > 0 && differs(this.#ids, this.#order === '' ? [] : this.#order.split(' ')));
  readonly chosen = $derived(this.byId.get(this.listing.chosen ?? ''));
  readonly returns = $derived(returnsOf(this.rows));
  /** The server says how ready units are. */
  readonly isReadinessTold = $derived(this.listing.rows.length === 0 || this.listing.rows.some(({ unit }) => unit.readiness !== undefined));
  #cover = new Asking({
    fetch: () => unitApi.coverage(),
    isVisible: () => document.visibilityState === 'visible',
    onAnswer: ({ items }) => {
      this.coverage = [...items].sort((a, b) => Number(b.hole) - Number(a.hole) || a.near - b.near);
      this.coverageFailure = undefined;
    },
    onFailure: (cause) => (this.coverageFailure = cause),
  });

  start(): () => void {
    const stops = [this.listing.start(), this.#cover.every(COVERAGE_MS)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  countOf(view: UnitsView): number {
    return this.rows.filter((row) => isInView(row, view, clock.now)).length;
  }

  /** Shows others; the first of them comes in hand. */
  look(view: UnitsView, text = this.text): void {
    this.view = view;
    this.text = text;
    this.resort();
    const first = this.#ids[0];
    if (first !== undefined && !this.#ids.includes(this.listing.chosen ?? '')) this.listing.choose(first);
  }

  /** Lets the list take its new order. */
  resort(): void {
    this.#held = this.#wanted;
  }

  /** Takes a row in hand; the others stay where they are from now on. */
  choose(id: string): void {
    if (this.#held.length === 0) this.resort();
    this.listing.choose(id);
  }

  move(by: number): void {
    const id = step(this.shown.map((row) => row.unit.id), this.listing.chosen, by);
    if (id !== undefined) this.choose(id);
  }

  /** Shows what was said here at once; the list tells of it next. */
  async hear(unit: string, readiness: Readiness): Promise<void> {
    this.#said = new Map(this.#said).set(unit, readiness);
    await this.listing.refresh();
  }

  async #ask(): Promise<readonly UnitRow[]> {
    const home = live.board?.jurisdiction;
    // Where units belong has to be known before they are found by it.
    if (home !== undefined) await areas.load(home.area, home.name);
    const [units, bound, lately] = await Promise.all([unitApi.list(), unitApi.bound(), unitApi.assignments()]);
    const assignments = new Map<string, AssignmentView>([...bound.items, ...lately.items].map((one) => [one.id, one]));
    // The server's own word is newer than what was said here before it was asked.
    if (units.items.some((unit) => unit.readiness !== undefined)) this.#said = new Map();
    return rowsOf(units.items, [...assignments.values()], namesOf, clock.now).sort(byStanding(clock.now));
  }

  #withSaid(row: UnitRow): UnitRow {
    const said = this.#said.get(row.unit.id);
    return said === undefined ? row : { ...row, unit: { ...row.unit, readiness: said } };
  }
}

export const unitsPage = new UnitsPage();

function concerns(event: BoardEvent): boolean {
  return isIncidentEvent(event) || event.kind === 'map_changed' || event.kind === 'obligation_unreached' || event.kind === 'obligation_answered';
}

/** By what else a unit is found: its kind in both languages, and where it belongs. */
function namesOf(unit: UnitView): string[] {
  const kind = kindOf(unit.kind);
  return [mapWords.zh.kind[kind], mapWords.en.kind[kind], townshipOf(unit.area)];
}

/** Returns the name of the township that an area is or lies in, or of the county; the code of one that nobody has named. */
export function townshipOf(area: string): string {
  const code = `${area.slice(0, 9)}000`;
  return areas.all.find((one) => one.code === code || one.code === area)?.name ?? area;
}
