/** How counts move when one obligation changes state, for a callout and up its roll-up. */

import { contains, rollupArea } from './area';
import type { CalloutView, Counts, RollupRow, StateName } from './protocol';

export interface Move {
  /** The obligation's area. */
  area: string;
  /** Nothing where the obligation is new. */
  from?: StateName;
  to: StateName;
}

const NONE: Counts = { total: 0, answered: 0, ringing: 0, unreached: 0, withdrawn: 0 };

/** Returns the callout with `move` counted in its totals and in the row of the viewer's area it falls in. */
export function count(callout: CalloutView, move: Move, viewer: string, nameOf: (area: string) => string): CalloutView {
  const counted = { ...callout, ...moved(callout, move) };
  if (!contains(viewer, move.area)) return counted;
  const area = rollupArea(viewer, move.area);
  const row = callout.rollup.find((known) => known.area === area);
  const next = { ...(row ?? emptyRow(area, nameOf(area))), ...moved(row, move) };
  counted.rollup = row === undefined
    ? [...callout.rollup, next].sort((a, b) => a.area.localeCompare(b.area))
    : callout.rollup.map((known) => (known === row ? next : known));
  return counted;
}

function moved(counts: Counts | undefined, { from, to }: Move): Counts {
  const { total, answered, ringing, unreached, withdrawn } = counts ?? NONE;
  const next: Counts = { total, answered, ringing, unreached, withdrawn };
  if (from === undefined) next.total += 1;
  else next[from] -= 1;
  next[to] += 1;
  return next;
}

function emptyRow(area: string, name: string): RollupRow {
  return { area, name, ...NONE };
}
