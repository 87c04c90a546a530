import { expect, it } from 'vitest';
import type { AssignmentView } from './assignment';
import { byStanding, isFound, isInView, isLateBack, readinessAt, returnsOf, rowsOf, standingOf, type Readiness, type UnitRow, type UnitView } from './unit';

const NOW = Date.parse('2027-07-20T21:00:00+08:00');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function unit(id: string, readiness?: Readiness | null): UnitView {
  return {
    id, name: `${id}中队`, kind: 'team', area: '990101000000', capabilities: ['水域救援', '破拆'], ...(readiness === undefined ? {} : { readiness }),
  };
}

function sent(id: string, over: Partial<AssignmentView>): AssignmentView {
  return {
    id: `a-${id}`, unit: id, unit_name: id, incident: 'i-1', incident_title: '北堤', area: '990101001000', order: '', need: '', need_zh: '', need_en: '', status: 'en_route', since: at(-10),
    next: [], stalls: 0, obligation: 'o-1', course: [], ...over,
  };
}

function row(one: UnitView, ...orders: AssignmentView[]): UnitRow {
  const [first] = rowsOf([one], orders, () => ['救援队伍', '城关街道'], NOW);
  if (first === undefined) throw new Error('no row');
  return first;
}

it('what a unit is sent for comes before what it says of itself', () => {
  const rest: Readiness = { state: 'resting', note: '连续作业后休整', until: at(60) };
  expect(standingOf(row(unit('1', rest), sent('1', {})), NOW)).toBe('busy');
  expect(standingOf(row(unit('1', rest), sent('1', { status: 'done' })), NOW)).toBe('back');
  expect(standingOf(row(unit('1', rest), sent('1', { status: 'returned' })), NOW)).toBe('resting');
  expect(standingOf(row(unit('1', rest), sent('1', { watch_at: at(-1) })), NOW)).toBe('overdue');
});

it('rest ends at its time, and what the server does not tell is not called ready', () => {
  expect(readinessAt({ state: 'not_ready', until: at(-1) }, NOW)).toBe('ready');
  expect(readinessAt({ state: 'not_ready', until: at(1) }, NOW)).toBe('not_ready');
  expect([standingOf(row(unit('1')), NOW), standingOf(row(unit('1', null)), NOW)]).toEqual(['unknown', 'free']);
});

it('one that should be back and has not said so is to be asked about', () => {
  expect(isLateBack(sent('1', { status: 'done', back_at: at(-1) }), NOW)).toBe(true);
  expect(isLateBack(sent('1', { status: 'returned', back_at: at(-1) }), NOW)).toBe(false);
  expect(standingOf(row(unit('1', null), sent('1', { status: 'recalled', back_at: at(-1) })), NOW)).toBe('overdue');
});

it('those to ask about come first, then those that are out, the longest first', () => {
  const rows = [
    row(unit('free', null)), row(unit('new', null), sent('new', { since: at(-1) })), row(unit('off', { state: 'not_ready', note: '检修' })),
    row(unit('old', null), sent('old', { since: at(-30) })), row(unit('late', null), sent('late', { stalls: 1 })),
  ];
  const order = [...rows].sort(byStanding(NOW)).map((one) => one.unit.id);
  expect(order).toEqual(['late', 'old', 'new', 'off', 'free']);
  const shown = (view: Parameters<typeof isInView>[1]): string[] => rows.filter((one) => isInView(one, view, NOW)).map((one) => one.unit.id);
  expect([shown('out'), shown('overdue'), shown('off'), shown('free')]).toEqual([['new', 'old', 'late'], ['late'], ['off'], ['free']]);
});

it('a unit is found by every word: initials of what it can do, its kind, and where it belongs', () => {
  const one = row(unit('1'));
  expect(['', 'syjy', '破拆 cgjd', 'JYDW', '1'].map((text) => isFound(one, text))).toEqual([true, true, true, true, true]);
  expect(isFound(one, 'syjy lhz')).toBe(false);
});

it('who is expected back is listed by time', () => {
  const rows = [row(unit('1'), sent('1', { back_at: at(90) })), row(unit('2'), sent('2', { status: 'done', back_at: at(30) })), row(unit('3'), sent('3', {}))];
  expect(returnsOf(rows).map((one) => one.unit)).toEqual(['2', '1']);
});
