/** What a page knows. Built from a snapshot, changed by events alone; no clock, no socket, no DOM. */

import { holeKey } from './hole';
import type {
  CalloutView, Degraded, Duty, HoleView, Jurisdiction, Line, Me, ObligationView, SilenceView, Time, WarningView,
  WireBoard,
} from './protocol';

export interface Board {
  readonly seq: number;
  /** Server time of the last thing this board was told. */
  readonly at: Time;
  readonly jurisdiction: Jurisdiction;
  readonly me: Me;
  readonly names: ReadonlyMap<string, string>;
  /** Active ones. */
  readonly warnings: ReadonlyMap<string, WarningView>;
  /** Open ones, and those that closed a short while ago. */
  readonly callouts: ReadonlyMap<string, CalloutView>;
  /** Ringing and unreached, longest wait first. May hold fewer than `total` (see `isCut`). */
  readonly open: { readonly total: number; readonly items: ReadonlyMap<string, ObligationView> };
  /** What this login's person must answer, and what of it has just been settled. */
  readonly mine: ReadonlyMap<string, ObligationView>;
  readonly duty: Duty;
  /** Rises when the roster changed, so that `duty` has to be asked for again. */
  readonly dutyChanges: number;
  readonly lines: readonly Line[];
  readonly silences: Silent;
  /** Warned areas without a unit near. */
  readonly holes: ReadonlyMap<string, HoleView>;
  readonly degraded: readonly Degraded[];
}

/** Who should be heard and is not. */
export interface Silent {
  readonly sources: ReadonlyMap<string, SilenceView>;
  /** May hold fewer than `total`: those that fell silent last. */
  readonly gauges: { readonly total: number; readonly items: ReadonlyMap<string, SilenceView> };
}

/** Returns the board that a snapshot shows. */
export function fromSnapshot(seq: number, wire: WireBoard): Board {
  return {
    seq,
    at: wire.now,
    jurisdiction: wire.jurisdiction,
    me: wire.me,
    names: new Map(Object.entries(wire.names)),
    warnings: byId(wire.warnings),
    callouts: byId(wire.callouts),
    open: { total: wire.open.total, items: byId(wire.open.items) },
    mine: byId(wire.mine),
    duty: wire.duty,
    dutyChanges: 0,
    lines: wire.lines,
    silences: {
      sources: byId(wire.silences.sources),
      gauges: { total: wire.silences.gauges.total, items: byId(wire.silences.gauges.items) },
    },
    holes: new Map((wire.holes ?? []).map((hole) => [holeKey(hole), hole])),
    degraded: wire.degraded,
  };
}

/** Returns the board with `duty` as the server has just told it. */
export function withDuty(board: Board, duty: Duty): Board {
  return { ...board, duty };
}

/** Returns the board with the state of the telephone lines. */
export function withLines(board: Board, at: Time, lines: readonly Line[]): Board {
  return { ...board, at, lines };
}

/** Returns the board with what works badly now; an empty `what` says that everything works again. */
export function withDegraded(board: Board, what: string, since: Time): Board {
  if (what === '') return { ...board, degraded: [] };
  return { ...board, degraded: [...board.degraded.filter((one) => one.what !== what), { what, since }] };
}

/**
 * Returns the board with fuller views of my obligations than events could draw. What is settled here
 * stays settled: the answer may have overtaken the views.
 */
export function withMine(board: Board, views: readonly ObligationView[]): Board {
  const mine = new Map(board.mine);
  for (const view of views) {
    const known = mine.get(view.id);
    if (known === undefined || isOpen(known)) mine.set(view.id, view);
  }
  return { ...board, mine };
}

/** Returns the board with what only the server can reckon of a callout; counts stay as events left them. */
export function withReckoning(board: Board, view: CalloutView): Board {
  const known = board.callouts.get(view.id);
  if (known === undefined) return board;
  const { forecast: _outdated, ...rest } = known;
  const told = { ...rest, policy_title: view.policy_title };
  const next = view.forecast === undefined ? told : { ...told, forecast: view.forecast };
  return { ...board, callouts: new Map(board.callouts).set(view.id, next) };
}

/** Tells whether somebody still has to do something about it. */
export function isOpen(view: ObligationView): boolean {
  return view.state === 'ringing' || view.state === 'unreached';
}

function byId<T extends { id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
