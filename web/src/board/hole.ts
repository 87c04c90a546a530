/** Warned areas without a unit near. Pure; a hole that is not known cannot close. */

import type { BoardEvent } from './event';
import type { HoleView } from './protocol';

/** What happens to the cover of warned areas. */
export type HoleEvent = Extract<BoardEvent, { kind: 'coverage_hole_opened' | 'coverage_hole_closed' }>;
type Holes = ReadonlyMap<string, HoleView>;

/** Tells whether `event` may change what is bare. */
export function isAboutHole(event: BoardEvent): event is HoleEvent {
  return event.kind === 'coverage_hole_opened' || event.kind === 'coverage_hole_closed';
}

/** Returns what makes a hole the same hole. */
export function holeKey({ area, ability, drill }: { area: string; ability: string; drill?: boolean }): string {
  return `${area} ${ability} ${drill === true ? 'drill' : ''}`;
}

/** Returns what is bare after `event`. */
export function reduceHoles(holes: Holes, event: HoleEvent, names: ReadonlyMap<string, string>): Holes {
  const after = new Map(holes);
  const key = holeKey(event.data);
  if (event.kind === 'coverage_hole_closed') {
    after.delete(key);
    return after;
  }
  const { area, ability, zh, en, within_s, nearest, since, callout, drill = false } = event.data;
  return after.set(key, {
    area, ability, zh, en, within_s, since, drill,
    name: names.get(area) ?? area,
    ...(nearest === undefined ? {} : { nearest: nearest.unit, nearest_eta_s: nearest.eta_s }),
    ...(callout === undefined ? {} : { callout }),
  });
}

/** Returns what is bare by what is missing there, in the same order; of each at most so many, and how many there are. */
export function holesByAbility(holes: Holes, room: number): { first: HoleView; shown: HoleView[]; total: number }[] {
  const groups = new Map<string, HoleView[]>();
  for (const hole of holesInOrder(holes)) groups.set(hole.ability, [...(groups.get(hole.ability) ?? []), hole]);
  return [...groups.values()].flatMap((all) => (all[0] === undefined ? [] : [{ first: all[0], shown: all.slice(0, room), total: all.length }]));
}

/** Returns what is bare: in earnest before drills, then by what is missing and by area. */
export function holesInOrder(holes: Holes): HoleView[] {
  const rank = (hole: HoleView): string => `${hole.drill ? 1 : 0} ${hole.ability} ${hole.area}`;
  return [...holes.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
