/** Refused positions by how long ago they came. Pure: `now` is an argument. */

import type { PositionRefusal } from './protocol';

/** What came longer ago needs nobody's hand now. */
const RECENT_MS = 10 * 60_000;

/** Parts rows in those that are recent and those that are over, each the latest first. */
export function byAge(rows: readonly PositionRefusal[], now: number): { recent: PositionRefusal[]; over: PositionRefusal[] } {
  const all = [...rows].sort((one, other) => Date.parse(other.last_at) - Date.parse(one.last_at));
  const isRecent = (row: PositionRefusal): boolean => now - Date.parse(row.last_at) <= RECENT_MS;
  return { recent: all.filter(isRecent), over: all.filter((row) => !isRecent(row)) };
}
