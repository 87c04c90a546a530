/** The dispatcher's list of one callout's obligations: which, in what order, and what may move. */

import { contains } from './area';
import { isOpen } from './board';
import { placeOf } from './place';
import type { Counts, ObligationView, StateName } from './protocol';

/** `open` is what still waits: ringing and unreached. */
export type Shown = 'open' | StateName | 'all';

export interface Filter {
  shown: Shown;
  /** Only what lies in this area; empty for all. */
  area: string;
  /** Only what names this: place, post or person. */
  text: string;
}

export const NO_FILTER: Filter = { shown: 'open', area: '', text: '' };

/** Returns the ids that pass, unreached and the longest wait first, then the latest answers. */
export function listed(
  views: Iterable<ObligationView>, filter: Filter, names: ReadonlyMap<string, string>,
): string[] {
  const text = filter.text.trim().toLowerCase();
  return [...views]
    .filter((view) => passes(view, filter, text, names))
    .sort(order)
    .map((view) => view.id);
}

/**
 * Returns the order to show while a row is in hand: nothing moves or vanishes under the cursor, and what is
 * new queues at the end.
 */
export function held(shown: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(shown);
  return [...shown, ...wanted.filter((id) => !known.has(id))];
}

/** Tells whether the list would look different if it were let go. */
export function differs(shown: readonly string[], wanted: readonly string[]): boolean {
  return shown.length !== wanted.length || shown.some((id, index) => id !== wanted[index]);
}

/** Returns the row so many steps from `id`, staying in the list; the first where none is in hand. */
export function step(rows: readonly string[], id: string | undefined, by: number): string | undefined {
  const index = id === undefined ? -1 : rows.indexOf(id);
  if (index < 0) return by > 0 ? rows[0] : rows[rows.length - 1];
  return rows[Math.min(rows.length - 1, Math.max(0, index + by))];
}

/**
 * Returns the row so many steps from the one in hand, which stood at `place` last: once it is listed no more, what took its
 * place is the next one.
 */
export function stepFrom(rows: readonly string[], id: string | undefined, place: number, by: number): string | undefined {
  if (id === undefined || rows.includes(id)) return step(rows, id, by);
  return rows[Math.min(rows.length - 1, Math.max(0, by > 0 ? place + by - 1 : place + by))];
}

/** Returns how many obligations a tab would show. */
export function countOf(counts: Counts, shown: Shown): number {
  switch (shown) {
    case 'open': return counts.ringing + counts.unreached;
    case 'all': return counts.total;
    case 'ringing':
    case 'unreached':
    case 'answered':
    case 'withdrawn': return counts[shown];
  }
}

function passes(view: ObligationView, filter: Filter, text: string, names: ReadonlyMap<string, string>): boolean {
  const { shown, area } = filter;
  if (shown === 'open' ? !isOpen(view) : shown !== 'all' && view.state !== shown) return false;
  if (area !== '' && !contains(area, view.area)) return false;
  if (text === '') return true;
  const people = view.asked.map((asked) => asked.person.name).join(' ');
  return `${placeOf(names, view.area, view.area_name)} ${view.post_title} ${people}`.toLowerCase().includes(text);
}

const RANK: Record<StateName, number> = { unreached: 0, ringing: 1, answered: 2, withdrawn: 3 };

function order(a: ObligationView, b: ObligationView): number {
  const open = Number(isOpen(b)) - Number(isOpen(a));
  if (open !== 0) return open;
  if (isOpen(a)) {
    return Date.parse(a.opened_at) - Date.parse(b.opened_at) || RANK[a.state] - RANK[b.state] || a.post.localeCompare(b.post);
  }
  const ended = (view: ObligationView): number => Date.parse(view.answered_at ?? view.opened_at);
  return RANK[a.state] - RANK[b.state] || ended(b) - ended(a);
}
