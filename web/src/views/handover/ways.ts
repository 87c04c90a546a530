/** Where the page of duty changes leads to: each face that shows it says how. */

import { getContext, setContext } from 'svelte';
import type { MatterKind } from '../../board/handover';
import type { At } from '../../board/roster';

interface Ways {
  /** Returns what shows one of a kind of what is handed over; nothing where the face does not. */
  matter?: (kind: MatterKind) => ((id: string) => void) | undefined;
  /** Shows a day of a post in the clerk's month, where the face has it. */
  roster?: (at: At) => void;
}

const WAYS = Symbol('ways');

/** Says so for everything that a face shows. */
export function offerWays(offered: Ways): void {
  setContext(WAYS, offered);
}

export function ways(): Ways {
  return getContext<Ways>(WAYS);
}
