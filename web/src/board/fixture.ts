/** A small county for tests: a board, and events as the server would send them. Not part of any page. */

import { fromSnapshot, type Board } from './board';
import { readEvent, type BoardEvent } from './event';
import type { CalloutView, WireBoard } from './protocol';

export const COUNTY = '990101000000';
export const TOWNSHIP = '990101003000';
export const VILLAGE = '990101003012';
export const START = Date.parse('2026-07-21T18:00:00+08:00');

/** Returns RFC 3339 text for so many seconds after the start. */
export function at(seconds: number): string {
  return new Date(START + seconds * 1_000).toISOString();
}

/** Returns an event as its frame says it. */
export function event(seq: number, kind: string, data: unknown, names: Record<string, string> = {}): BoardEvent {
  return readEvent({ type: 'event', seq, at: at(seq), kind, data, names });
}

/** Returns an empty board as somebody at the county sees it. */
export function emptyBoard(change: Partial<WireBoard> = {}): Board {
  return fromSnapshot(0, {
    now: at(0),
    jurisdiction: { area: COUNTY, name: '示例县', timezone: 'Asia/Shanghai' },
    me: { login: 'leader', role: 'leader', area: COUNTY, person: { id: 'p-lead', name: '周建国' } },
    names: { [COUNTY]: '示例县', [TOWNSHIP]: '黎阳街道', [VILLAGE]: '东街村' },
    warnings: [],
    callouts: [],
    open: { total: 0, items: [] },
    mine: [],
    duty: { at: at(0), items: [], gaps: [] },
    lines: [],
    silences: { sources: [], gauges: { total: 0, items: [] } },
    degraded: [],
    ...change,
  });
}

/** Returns a red warning's callout and one obligation on each of county, township and village. */
export function redWarning(): BoardEvent[] {
  return [
    event(1, 'warning_accepted', {
      id: 'w-1',
      message: {
        identifier: 'X1', sender: 'met', sent: at(0), status: 'actual', kind: 'alert', event: '暴雨', colour: 'red',
        headline: '暴雨红色预警', effective: at(0),
      },
      extent: { whole: [COUNTY] },
      life: { state: 'active' },
    }),
    event(2, 'callout_opened', {
      id: 'c-1', kind: 'warning', subject: '暴雨红色预警', text: '立即转移', severity: 'red', drill: false,
      extent: { whole: [COUNTY] }, policy: 'red', warning: 'w-1',
    }),
    opened(3, 'o-1', `${COUNTY}/lead_officer`, 'p-lead'),
    opened(4, 'o-2', `${TOWNSHIP}/duty_officer`, 'p-town'),
    opened(5, 'o-3', `${VILLAGE}/secretary`, 'p-village'),
  ];
}

/** Returns the opening of one obligation, with one call planned to one person. */
export function opened(seq: number, id: string, post: string, person: string, more: object = {}): BoardEvent {
  return event(
    seq, 'obligation_opened',
    { id, callout: 'c-1', post, ladder: 'l', task: '到岗', step: step(0, person, 0), ...more },
    { [person]: `${person} 的姓名`, [post]: `${post} 的岗位` },
  );
}

/** Returns a rung on which one person is telephoned. */
export function step(rung: number, person: string, number: number): object {
  return { rung, people: [person], attempts: [{ number, person, channel: 'voice' }], due_at: at(90) };
}

/** Returns the answer to an obligation. */
export function answered(seq: number, id: string, post: string, was: string, person: string): BoardEvent {
  return event(seq, 'obligation_answered', {
    id, callout: 'c-1', post, was, answer: { person, via: 'app', late: false },
  });
}

/** Returns the counts of a callout in one line. */
export function counts(callout: CalloutView | undefined): string {
  if (callout === undefined) return 'none';
  const { total, answered: done, ringing, unreached, withdrawn } = callout;
  return `${done}/${total} ringing ${ringing} unreached ${unreached} withdrawn ${withdrawn}`;
}
