/** An order to move people being written, and what it would come to: asked for whenever typing comes to rest. */

import { nextAt, type Hazard, type NewOrder, type Plan, type RiskPoint } from '../../board/evacuation';
import { quantityOf } from '../../board/supply';
import { clock } from '../../clock.svelte';
import { describe, fieldOf } from '../../i18n/errors';
import { evacuationWords } from '../../i18n/evacuation';
import { say } from '../../i18n/language.svelte';
import { hourMinute } from '../../i18n/time';
import { evacuationApi } from '../../net/evacuations';
import { Write } from '../desk/write.svelte';

export type Whom = 'threatened' | 'place' | 'point';
const HOUR_MS = 3_600_000;

export class OrderForm {
  whom = $state<Whom>('threatened');
  areas = $state<string[]>([]);
  hazard = $state<Hazard | ''>('');
  place = $state('');
  people = $state('');
  to = $state('');
  due = $state('');
  text = $state('');
  onWordOf = $state('');
  incident = $state('');
  drill = $state(false);
  reason = $state('');
  plan = $state.raw<Plan | undefined>(undefined);
  /** Why there is no plan, and for which field. */
  fault = $state.raw<{ field: string | undefined; text: string } | undefined>(undefined);
  isLooking = $state(false);
  readonly write = new Write(() => say(evacuationWords).fields);
  readonly #root: string;
  readonly #zone: string;
  readonly #point: RiskPoint | undefined;
  #asked = '';
  /** The order that the plan is of. */
  #planned = '';

  constructor(root: string, zone: string, point: RiskPoint | undefined) {
    this.#root = root;
    this.#zone = zone;
    this.#point = point;
    if (point !== undefined) this.whom = 'point';
    this.dueIn(HOUR_MS);
  }

  dueIn(ms: number): void {
    this.due = hourMinute(clock.exact() + ms, this.#zone);
  }

  /** By when, as an instant; nothing where what is typed is no time of day. */
  get dueAt(): number | undefined {
    return nextAt(this.due, hourMinute(clock.now, this.#zone), clock.now);
  }

  /** What would be sent; nothing where something is missing. */
  get order(): NewOrder | undefined {
    const due = this.dueAt;
    const whom = this.#whom();
    if (due === undefined || whom === undefined) return undefined;
    return {
      ...whom, due_at: new Date(due).toISOString(), text: this.text.trim(), on_word_of: this.onWordOf.trim(), drill: this.drill,
      ...(this.incident !== '' && { incident: this.incident }),
    };
  }

  /** What is shown is what would be sent now. */
  get isLookedAt(): boolean {
    return this.plan !== undefined && this.order !== undefined && JSON.stringify(this.order) === this.#planned;
  }

  /** Asks what `order` would come to; an answer to an older question is not shown. */
  async look(order: NewOrder): Promise<void> {
    const asked = JSON.stringify(order);
    this.#asked = asked;
    this.isLooking = true;
    try {
      const plan = await evacuationApi.preview(order);
      if (asked !== this.#asked) return;
      this.#planned = asked;
      this.plan = plan;
      this.fault = undefined;
    } catch (cause) {
      if (asked !== this.#asked) return;
      this.plan = undefined;
      this.fault = { field: fieldOf(cause)?.replace(/^legs\[\d+\]\./, ''), text: describe(cause) };
    } finally {
      if (asked === this.#asked) this.isLooking = false;
    }
  }

  /** What was shown is not what is being written any more. */
  forget(): void {
    this.#asked = '';
    this.plan = undefined;
    this.fault = undefined;
    this.isLooking = false;
  }

  /** Gives the order; returns its id. */
  async send(): Promise<string | undefined> {
    const { order } = this;
    if (order === undefined || !this.isLookedAt) return undefined;
    const why = this.reason.trim();
    const sent = why === '' ? order : { ...order, over_capacity: true, reason: why };
    return (await this.write.send((key) => evacuationApi.order(sent, key), JSON.stringify(sent)))?.id;
  }

  #whom(): Pick<NewOrder, 'legs' | 'threatened'> | undefined {
    const area = this.areas[this.areas.length - 1];
    const shelter = this.to === '' ? {} : { to: this.to };
    if (this.whom === 'threatened') return { threatened: { area: area ?? this.#root, ...(this.hazard !== '' && { hazard: this.hazard }) } };
    const people = quantityOf(this.people);
    if (this.whom === 'point') {
      return this.#point && { legs: [{ area: this.#point.area, risk_point: this.#point.id, ...(people !== undefined && { people }), ...shelter }] };
    }
    if (area === undefined || people === undefined) return undefined;
    return { legs: [{ area, place: this.place.trim(), people, ...shelter }] };
  }
}
