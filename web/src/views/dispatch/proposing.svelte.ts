/** One plan for several incidents: who takes part and what each needs, what is proposed, changed by hand and sent. */

import { draftOrder, usualNeeds, type Offer } from '../../board/dispatch';
import type { IncidentDetail, IncidentView } from '../../board/incident';
import {
  exchanged, fated, freeOffers, isSettled, keyOf, linesOf, stillNeeded, toSend, turnedOut, type Fate, type Line, type Proposal,
} from '../../board/proposal';
import { clock } from '../../clock.svelte';
import { describe } from '../../i18n/errors';
import { proposalWords } from '../../i18n/proposal';
import { newKey, Unreachable } from '../../net/api';
import { incidentApi } from '../../net/incidents';
import { unitApi } from '../../net/units';
import { glossary } from './glossary.svelte';

/** One incident that may take part. */
export interface Party {
  incident: IncidentView;
  isIn: boolean;
  needs: string;
}

export class Proposing {
  parties = $state<Party[]>([]);
  proposal = $state.raw<Proposal | undefined>(undefined);
  lines = $state.raw<readonly Line[]>([]);
  isAsking = $state(false);
  /** Why it could not be reckoned. */
  failure = $state.raw<unknown>(undefined);
  isSending = $state(false);
  /** Everything was tried once. */
  isTried = $state(false);
  /** Others who could go instead of the line in hand; nothing while nobody is exchanged. */
  instead = $state.raw<{ key: string; name: string; offers: readonly Offer[] } | undefined>(undefined);
  /** One order is sent under one key until it is answered. */
  #keys = new Map<string, string>();
  #asked = 0;

  constructor(incidents: readonly IncidentView[]) {
    this.parties = incidents.map((incident) => ({ incident, isIn: true, needs: glossary.needs(usualNeeds(incident.kind)) }));
  }

  /** Begins with what is still needed where some were sent already. */
  async begin(): Promise<void> {
    this.isAsking = true;
    try {
      const [{ items }] = await Promise.all([unitApi.bound(), glossary.load()]);
      for (const party of this.parties) {
        const sent = items.filter((one) => one.incident === party.incident.id).map((one) => one.need);
        party.needs = glossary.needs(stillNeeded(glossary.codes(party.needs), sent));
      }
    } catch {
      // The usual needs stand there, and how many were sent beside them.
    }
    await this.ask();
  }

  /** Those that are planned for: chosen, and something is needed. */
  get taking(): Party[] {
    return this.parties.filter(({ isIn, needs }) => isIn && glossary.codes(needs) !== '');
  }

  get left(): Line[] {
    return toSend(this.lines);
  }

  /** Asks for a plan. An answer to an older question is not shown; what was sent stays. */
  async ask(): Promise<void> {
    const demands = this.taking.map(({ incident, needs }) => ({ id: incident.id, need: glossary.codes(needs) }));
    this.#asked += 1;
    const mine = this.#asked;
    this.instead = undefined;
    this.isTried = false;
    if (demands.length === 0) {
      this.proposal = undefined;
      this.lines = this.lines.filter(({ fate }) => fate.state === 'sent');
      this.isAsking = false;
      return;
    }
    this.isAsking = true;
    try {
      const proposal = await unitApi.propose(demands);
      if (mine !== this.#asked) return;
      this.proposal = proposal;
      const sent = this.lines.filter(({ fate }) => fate.state === 'sent');
      const known = new Set(sent.map(keyOf));
      this.lines = [...linesOf(proposal, this.parties.map(({ incident }) => incident.id)).filter((line) => !known.has(keyOf(line))), ...sent];
      this.failure = undefined;
    } catch (cause) {
      if (mine !== this.#asked) return;
      this.failure = cause;
    } finally {
      if (mine === this.#asked) this.isAsking = false;
    }
  }

  turnOut(key: string): void {
    if (!this.isSending) this.lines = turnedOut(this.lines, key);
  }

  /** Asks who else could go for the same need. */
  async seekInstead(key: string): Promise<void> {
    const line = this.lines.find((one) => keyOf(one) === key);
    if (line === undefined || isSettled(line) || this.isSending) return;
    try {
      const found = await incidentApi.recommend(line.incident, line.need);
      const offers = freeOffers([...found.items, ...found.alternatives], this.lines);
      this.instead = { key, name: line.name, offers: offers.filter((offer, index) => offers.findIndex((one) => one.unit === offer.unit) === index) };
    } catch (cause) {
      this.failure = cause;
    }
  }

  /** Puts the n-th of the others, from 1, in the place of the line; returns its key. */
  exchange(n: number): string | undefined {
    const offer = this.instead?.offers[n - 1];
    if (this.instead === undefined || offer === undefined) return undefined;
    const line = this.lines.find((one) => keyOf(one) === this.instead?.key);
    this.lines = exchanged(this.lines, this.instead.key, offer);
    this.instead = undefined;
    return line === undefined ? undefined : keyOf({ incident: line.incident, unit: offer.unit });
  }

  /** Sends every order by itself; who could not be sent stays, and says why. */
  async accept(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    this.instead = undefined;
    const details = new Map<string, IncidentDetail>();
    for (const line of this.left) {
      const key = keyOf(line);
      this.lines = fated(this.lines, key, { state: 'sending' });
      this.lines = fated(this.lines, key, await this.#send(line, details));
    }
    this.isSending = false;
    this.isTried = true;
  }

  async #send(line: Line, details: Map<string, IncidentDetail>): Promise<Fate> {
    const slot = keyOf(line);
    const key = this.#keys.get(slot) ?? newKey();
    this.#keys.set(slot, key);
    try {
      const incident = details.get(line.incident) ?? (await incidentApi.one(line.incident));
      details.set(line.incident, incident);
      if (line.under_way_to !== undefined) await this.#callBack(line.unit, key);
      const eta = line.eta_s === undefined ? {} : { eta: new Date(clock.exact() + line.eta_s * 1_000).toISOString() };
      await incidentApi.assign(line.incident, { unit: line.unit, order: draftOrder(incident), need: line.need.split(':')[0] ?? '', ...eta }, key);
      this.#keys.delete(slot);
      return { state: 'sent' };
    } catch (cause) {
      if (!(cause instanceof Unreachable)) this.#keys.delete(slot);
      return { state: 'failed', why: describe(cause) };
    }
  }

  /** One that is under way elsewhere is called back there first: it can be bound only once. */
  async #callBack(unit: string, key: string): Promise<void> {
    const { items } = await unitApi.bound();
    const bound = items.find((one) => one.unit === unit);
    if (bound !== undefined) await incidentApi.say(bound.id, 'recalled', proposalWords.zh.divertedNote, `${key}-back`);
  }
}
