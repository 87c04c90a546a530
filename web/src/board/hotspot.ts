/** Places where satellites have seen heat, and what somebody found there. No clock: `now` is an argument. */

import type { Point } from './incident';
import type { Time } from './protocol';
import type { Light } from './task';

export const FINDINGS = ['true_fire', 'controlled_burn', 'false', 'not_found'] as const;
export type Finding = (typeof FINDINGS)[number];
export type Confidence = 'low' | 'nominal' | 'high';

export interface Detection {
  satellite: string;
  instrument?: string;
  at: Time;
  point: Point;
  confidence: Confidence;
  brightness_k?: number;
  frp_mw?: number;
  night?: boolean;
}

export interface HotSpotView {
  id: string;
  area: string;
  area_name: string;
  point?: Point;
  state: 'open' | 'overdue' | Finding;
  confidence?: Confidence;
  frp_mw?: number;
  pixels: number;
  last_seen_at?: Time;
  due_at: Time;
  drill: boolean;
  found_at: Time;
  task: string;
  post: string;
  post_title: string;
  /** The obligation to sign for the task. */
  obligation?: string;
  settled?: { finding: Finding; at: Time; by: string; note?: string; incident: string | null; late_s: number };
  /** Earliest first. */
  detections: Detection[];
}

/** Drills are not counted; `in_time` and `late` are those settled. */
export interface Statistics extends Record<Finding, number> {
  total: number;
  open: number;
  overdue: number;
  in_time: number;
  late: number;
}

/** What became of an import. */
export interface Taken {
  found: string[];
  new: number;
  joined: number;
  known: number;
  outside: number;
  old: number;
}

const PRESSING_MS = 10 * 60_000;

/** Returns the light of the clock within which somebody has to have looked. */
export function clockLight({ settled, due_at }: Pick<HotSpotView, 'settled' | 'due_at'>, now: number): Light {
  if (settled !== undefined) return 'green';
  const left = Date.parse(due_at) - now;
  if (left <= 0) return 'red';
  return left <= PRESSING_MS ? 'yellow' : 'grey';
}

/** Orders hot spots: those that nobody has looked at by their clocks, in earnest before drills; then the latest settled. */
export function byClock(a: HotSpotView, b: HotSpotView): number {
  if (a.settled === undefined || b.settled === undefined) {
    const open = Number(b.settled === undefined) - Number(a.settled === undefined);
    return open || Number(a.drill) - Number(b.drill) || Date.parse(a.due_at) - Date.parse(b.due_at) || a.id.localeCompare(b.id);
  }
  return Date.parse(b.settled.at) - Date.parse(a.settled.at);
}

/** One thing wrong in a file. */
export interface SheetFault {
  row: number;
  column: string;
  why: string;
}

/** Reads what the server says of a file, as it words it; the number of those that it only counts comes with them. */
export function sheetFaults(message: string): { faults: SheetFault[]; more: number } {
  // What is wrong and what to do about it are divided as one fault is from the next.
  const parts = message.split(/; (?=row \d|and \d+ more|nothing was taken)/);
  const faults = parts.flatMap((part) => {
    const [, row, column, why] = /^row (\d+)(?:, column ([^:]+))?: (.*)$/s.exec(part) ?? [];
    return row === undefined || why === undefined ? [] : [{ row: Number(row), column: column ?? '', why }];
  });
  const [, more] = /; and (\d+) more; nothing was taken$/.exec(message) ?? [];
  return { faults, more: Number(more ?? 0) };
}
