/** A promise being written: what, from which depot, where to, to whom. What the server refuses is looked at again at once. */

import { metresBetween } from '../../board/dispatch';
import type { IncidentView } from '../../board/incident';
import { holdersOf, quantityOf, type DepotStock, type Movement, type NewHold, type Supply } from '../../board/supply';
import { say } from '../../i18n/language.svelte';
import { supplyWords } from '../../i18n/supply';
import { supplyApi } from '../../net/supplies';
import { Write } from '../desk/write.svelte';
import { supplies, type Wanted } from './supplies.svelte';

interface Wish {
  item: string;
  quantity: string;
}

/** A depot that may be asked, as the form lists it. */
export interface Source {
  depot: string;
  name: string;
  free: number;
  metres?: number;
}

export class HoldForm {
  lines = $state<Wish[]>([]);
  depot = $state('');
  toKind = $state<'place' | 'depot'>('place');
  place = $state('');
  township = $state('');
  toDepot = $state('');
  incident = $state('');
  unit = $state('');
  person = $state('');
  phone = $state('');
  orderedBy = $state('');
  paper = $state('');
  note = $state('');
  readonly write = new Write(() => say(supplyWords).fields);
  #incidents: () => readonly IncidentView[];

  constructor(first: string, wanted: Wanted | undefined, incidents: () => readonly IncidentView[]) {
    this.#incidents = incidents;
    this.lines = [{ item: first, quantity: wanted === undefined ? '' : String(wanted.quantity) }];
    if (wanted !== undefined) this.goTo(wanted.incident);
    this.depot = wanted?.depot ?? this.sources[0]?.depot ?? '';
  }

  /** The depots that have the first item: the nearest to the incident first, else those with most. */
  get sources(): Source[] {
    const at = this.#incidents().find((one) => one.id === this.incident)?.point;
    const depots = supplyOf(this.lines[0]?.item)?.depots ?? [];
    const listed = depots.map(({ depot, name, free }): Source => {
      const point = supplies.points.get(depot);
      return { depot, name, free, ...(at !== undefined && point !== undefined && { metres: metresBetween(at, point) }) };
    });
    return listed.sort((a, b) => (a.metres ?? 0) - (b.metres ?? 0) || b.free - a.free || a.depot.localeCompare(b.depot));
  }

  /** Where it goes by the incident it is for. */
  goTo(incident: string): void {
    this.incident = incident;
    const known = this.#incidents().find((one) => one.id === incident);
    if (known === undefined) return;
    this.place = known.address === '' ? known.title : known.address;
    this.township = `${known.area.slice(0, 9)}000`;
  }

  add(item: string): void {
    if (!this.lines.some((line) => line.item === item)) this.lines.push({ item, quantity: '' });
  }

  remove(item: string): void {
    this.lines = this.lines.filter((line) => line.item !== item);
  }

  /** Promises it; nothing where something is missing or it was refused. */
  async send(): Promise<Movement | undefined> {
    const missing = this.#missing();
    if (missing !== undefined) {
      this.write.miss(missing);
      return undefined;
    }
    const hold = this.#input();
    const done = await this.write.send((key) => supplyApi.hold(hold, key), JSON.stringify(hold));
    // Somebody else may have been quicker: how many are left is shown beside the refusal.
    await supplies.refresh();
    return done;
  }

  #missing(): string | undefined {
    if (this.lines.length === 0 || this.lines.some((line) => quantityOf(line.quantity) === undefined)) return 'quantity';
    if (this.toKind === 'place' ? this.place.trim() === '' : this.toDepot === '') return 'to';
    return this.person.trim() === '' ? 'receiver' : undefined;
  }

  #input(): NewHold {
    const at = this.#incidents().find((one) => one.id === this.incident)?.point;
    const place = { name: this.place.trim(), ...(at !== undefined && { at }), ...(this.township !== '' && { area: this.township }) };
    return {
      depot: this.depot,
      lines: this.lines.map(({ item, quantity }) => ({ item, quantity: quantityOf(quantity) ?? 0 })),
      to: this.toKind === 'place' ? { place } : { depot: this.toDepot },
      receiver: { unit: this.unit.trim(), person: this.person.trim(), phone: this.phone.trim() },
      ordered_by: this.orderedBy.trim(), note: this.note.trim(),
      ...(this.paper.trim() !== '' && { paper: this.paper.trim() }), ...(this.incident !== '' && { incident: this.incident }),
    };
  }
}

export function supplyOf(item: string | undefined): Supply | undefined {
  return supplies.stock.rows.find((one) => one.item === item);
}

/** What a line asks of a depot that it has not: how many too many, who has the others, and where else there are some. */
export function lacking(line: Wish, depot: string): { over: number; unit: string; holders: string[]; elsewhere: DepotStock[] } | undefined {
  const supply = supplyOf(line.item);
  const free = supply?.depots?.find((one) => one.depot === depot)?.free ?? 0;
  const over = (quantityOf(line.quantity) ?? 0) - free;
  if (over <= 0 || supply === undefined) return undefined;
  const t = say(supplyWords);
  const holders = holdersOf(supplies.movements.rows, depot, line.item).map(({ movement, quantity }) => t.holder(movement.id, movement.to.name, quantity));
  const elsewhere = (supply.depots ?? []).filter((one) => one.depot !== depot && one.free > 0).sort((a, b) => b.free - a.free);
  return { over, unit: supply.unit, holders, elsewhere };
}
