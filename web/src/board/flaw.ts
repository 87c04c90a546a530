/** What is wrong with the roster ahead. */

import type { Duty, FlawView } from './protocol';

/** Returns what begins soon, at most so many, and how many there are. */
export function flawsSoon({ flaws }: Duty, room: number): { shown: FlawView[]; total: number } {
  const soon = (flaws?.items ?? []).filter((flaw) => flaw.soon);
  return { shown: soon.slice(0, room), total: soon.length };
}
