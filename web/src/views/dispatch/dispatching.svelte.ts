/** Sending units to one incident: what it needs, who is offered, who was taken, the words, and what became of each order. */

import {
  draftOrder, nearestFree, offered, turned, usualNeeds, type DepotOffer, type Offer, type Recommendations, type Rejected, type Shortfall,
} from '../../board/dispatch';
import type { IncidentDetail } from '../../board/incident';
import { clock } from '../../clock.svelte';
import { describe } from '../../i18n/errors';
import { newKey, Refused, Unreachable } from '../../net/api';
import { incidentApi } from '../../net/incidents';
import { closedRoads } from '../units/closed';
import { glossary } from './glossary.svelte';
import { incidents } from './incidents.svelte';

/** Nine are taken by number; the rest by Tab. */
const LISTED = 12;

class Dispatching {
  incident = $state.raw<IncidentDetail | undefined>(undefined);
  needs = $state('');
  order = $state('');
  offers = $state.raw<readonly Offer[]>([]);
  rejected = $state.raw<readonly Rejected[]>([]);
  depots = $state.raw<readonly DepotOffer[]>([]);
  /** Areas that would have no such unit near. */
  bare = $state.raw<readonly string[]>([]);
  /** What roads are closed, and so avoided, by their names. */
  closed = $state.raw<readonly string[]>([]);
  /** How many cannot get there for that. */
  readonly cutOff = $derived(this.rejected.filter((one) => one.reason === 'roads_closed').length);
  shortfalls = $state.raw<readonly Shortfall[]>([]);
  taken = $state.raw<readonly string[]>([]);
  isAsking = $state(false);
  isFailed = $state(false);
  /** Why the needs were not taken, where the server says. */
  refusal = $state('');
  /** Nobody recommends: what is offered is what is near. */
  isPlain = $state(false);
  isSending = $state(false);
  /** Orders that were not taken, with why. */
  faults = $state.raw<readonly { name: string; why: string }[]>([]);
  /** One order is sent under one key until it is answered. */
  #keys = new Map<string, string>();
  #asked = 0;

  open(incident: IncidentDetail): void {
    void glossary.load();
    if (this.incident?.id !== incident.id) {
      this.needs = glossary.needs(usualNeeds(incident.kind));
      this.taken = [];
    }
    this.incident = incident;
    this.order = draftOrder(incident);
    this.faults = [];
    void this.ask();
  }

  close(): void {
    this.incident = undefined;
    this.taken = [];
  }

  /** Asks who could go. An answer to an older question is not shown. */
  async ask(): Promise<void> {
    const { incident } = this;
    if (incident === undefined) return;
    this.#asked += 1;
    const mine = this.#asked;
    this.isAsking = true;
    this.isFailed = false;
    this.refusal = '';
    const needs = glossary.codes(this.needs);
    const [found, closed] = await Promise.all([this.#find(incident, needs), closedRoads()]);
    if (mine !== this.#asked) return;
    this.isAsking = false;
    this.isFailed = found === undefined;
    this.closed = closed;
    this.offers = found === undefined ? [] : offered(found, LISTED);
    this.depots = found?.depots ?? [];
    this.bare = found?.left_bare.map((area) => area.name) ?? [];
    this.rejected = found?.rejected ?? [];
    this.shortfalls = found?.shortfalls ?? [];
    this.taken = this.taken.filter((unit) => this.offers.some((offer) => offer.unit === unit));
  }

  turn(n: number): void {
    if (!this.isSending) this.taken = turned(this.taken, this.offers, n);
  }

  /** Sends everybody who was taken; who could not be sent stays taken, and says why. */
  async send(): Promise<void> {
    const { incident } = this;
    if (incident === undefined || this.taken.length === 0 || this.isSending) return;
    this.isSending = true;
    const faults: { name: string; why: string }[] = [];
    for (const unit of this.taken) {
      const offer = this.offers.find((one) => one.unit === unit);
      if (offer === undefined) continue;
      const why = await this.#sendOne(incident, offer);
      if (why === undefined) this.taken = this.taken.filter((one) => one !== unit);
      else faults.push({ name: offer.name, why });
    }
    this.isSending = false;
    this.faults = faults;
    void incidents.refresh();
    if (faults.length === 0) this.close();
    else void this.ask();
  }

  /** Returns why it was not taken; nothing where it was. */
  async #sendOne(incident: IncidentDetail, offer: Offer): Promise<string | undefined> {
    const slot = `${incident.id} ${offer.unit}`;
    const key = this.#keys.get(slot) ?? newKey();
    this.#keys.set(slot, key);
    try {
      const eta = offer.eta_s === undefined ? {} : { eta: new Date(clock.exact() + offer.eta_s * 1_000).toISOString() };
      const need = offer.need.split(':')[0] ?? '';
      await incidentApi.assign(incident.id, { unit: offer.unit, order: this.order.trim(), need, ...eta }, key);
      this.#keys.delete(slot);
      return undefined;
    } catch (cause) {
      if (!(cause instanceof Unreachable)) this.#keys.delete(slot);
      return describe(cause);
    }
  }

  async #find(incident: IncidentDetail, needs: string): Promise<Recommendations | undefined> {
    try {
      this.isPlain = needs === '';
      if (needs !== '') return await incidentApi.recommend(incident.id, needs);
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.status !== 404) {
        if (cause instanceof Refused) this.refusal = describe(cause);
        return undefined;
      }
      this.isPlain = true;
    }
    try {
      const [units, bound] = await Promise.all([incidentApi.units(), incidentApi.bound()]);
      const busy = new Set(bound.items.map((one) => one.unit));
      const items = nearestFree(units.items, needs, incident, busy, LISTED);
      return { items, alternatives: [], depots: [], rejected: [], shortfalls: [], left_bare: [] };
    } catch {
      return undefined;
    }
  }
}

export const dispatching = new Dispatching();
