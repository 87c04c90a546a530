/** Several incidents planned for together: what each gets, what is changed by hand, and what becomes of each order. Pure. */

import type { Offer, Said, Shortfall } from './dispatch';

export interface Posting {
  incident: string;
  unit: string;
  name: string;
  need: string;
  contributes: number;
  eta_s: number;
  distance_m: number;
  /** The incident that it is under way to and would be turned away from. */
  under_way_to?: string;
  reasons: Said[];
}

export interface Outcome {
  met: number;
  unmet: number;
  units: number;
  mean_eta_s: number;
  worst_eta_s: number;
}

export interface Proposal {
  postings: Posting[];
  unmet: (Shortfall & { incident: string })[];
  left_bare: { area: string; name: string }[];
  joint: Outcome;
  /** What sending the nearest to each in turn would come to. */
  greedy: Outcome;
}

/** How far an order of the proposal has come; `going` is a unit that is on its way there already. */
export type Fate = { state: 'planned' | 'going' | 'out' | 'sending' | 'sent' } | { state: 'failed'; why: string };

/** One order of the proposal as it stands on the desk. */
export interface Line extends Omit<Posting, 'contributes' | 'eta_s' | 'distance_m'> {
  eta_s?: number;
  distance_m?: number;
  fate: Fate;
}

export const keyOf = ({ incident, unit }: Pick<Line, 'incident' | 'unit'>): string => `${incident} ${unit}`;

/** Returns the lines of a proposal in the order of its incidents, the soonest there first. */
export function linesOf(proposal: Proposal, incidents: readonly string[]): Line[] {
  const rank = ({ incident }: Posting): number => incidents.indexOf(incident);
  return [...proposal.postings].sort((a, b) => rank(a) - rank(b) || a.eta_s - b.eta_s)
    .map((posting) => ({ ...posting, fate: { state: posting.under_way_to === posting.incident ? 'going' : 'planned' } }));
}

/** Returns what is still needed where units were sent for some of it already; `sent` are the needs that each was sent for. */
export function stillNeeded(needs: string, sent: readonly string[]): string {
  return needs.split(',').flatMap((need) => {
    const [name = '', amount] = need.split(':');
    const count = sent.filter((one) => one === name).length;
    // How much each brings of what is counted otherwise nobody can say here.
    if (count === 0 || amount === undefined || Number(amount) > UNITS_MAX) return need === '' ? [] : [need];
    return Number(amount) > count ? [`${name}:${Number(amount) - count}`] : [];
  }).join(',');
}

/** So many units are needed at once at most; a larger number counts something else, such as m³/h. */
const UNITS_MAX = 50;

/** Tells whether a line is not to be changed any more. */
export function isSettled({ fate }: Line): boolean {
  return fate.state === 'sent' || fate.state === 'sending' || fate.state === 'going';
}

/** Returns the lines with one taken out, or put back; what is sent stays. */
export function turnedOut(lines: readonly Line[], key: string): Line[] {
  return lines.map((line) => {
    if (keyOf(line) !== key || isSettled(line)) return line;
    return { ...line, fate: { state: line.fate.state === 'out' ? 'planned' : 'out' } };
  });
}

/** Returns the lines with another unit in the place of one. */
export function exchanged(lines: readonly Line[], key: string, offer: Offer): Line[] {
  return lines.map((line) => {
    if (keyOf(line) !== key || isSettled(line)) return line;
    const { incident, need } = line;
    return {
      incident, need, unit: offer.unit, name: offer.name, reasons: offer.reasons, fate: { state: 'planned' },
      ...(offer.eta_s === undefined ? {} : { eta_s: offer.eta_s }), ...(offer.distance_m === undefined ? {} : { distance_m: offer.distance_m }),
    };
  });
}

/** Returns the lines with what became of one. */
export function fated(lines: readonly Line[], key: string, fate: Fate): Line[] {
  return lines.map((line) => (keyOf(line) === key ? { ...line, fate } : line));
}

/** Returns what is still to be sent: planned, or failed before. */
export function toSend(lines: readonly Line[]): Line[] {
  return lines.filter(({ fate }) => fate.state === 'planned' || fate.state === 'failed');
}

/** Returns the offers that no line of the proposal has taken. */
export function freeOffers(offers: readonly Offer[], lines: readonly Line[]): Offer[] {
  const taken = new Set(lines.filter(({ fate }) => fate.state !== 'out').map(({ unit }) => unit));
  return offers.filter((offer) => !taken.has(offer.unit));
}

/** Returns how many went out and how many did not. */
export function tallyFates(lines: readonly Line[]): { sent: number; failed: number } {
  const count = (state: Fate['state']): number => lines.filter(({ fate }) => fate.state === state).length;
  return { sent: count('sent'), failed: count('failed') };
}
