import { describe, expect, it } from 'vitest';

import {
  clockLight, foremost, freeRow, mergeWords, mostUrgentFirst, ranksAbove, rowsOf, tallyOwed, type Report, type ReportClock, type ReportDossier,
} from './report';
import type { TaskView } from './task';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const MINUTE = 60_000;
const at = (minutes: number): string => new Date(NOON + minutes * MINUTE).toISOString();

describe('a clock', () => {
  it('runs, presses in its last quarter or ten minutes, and is late from the moment it is due', () => {
    const one = clock({ started_at: at(-60), due_at: at(0) });
    const light = (minutes: number): string => clockLight(one, NOON + minutes * MINUTE);
    expect([light(-60), light(-16), light(-15), light(-1), light(0)]).toEqual(['grey', 'grey', 'yellow', 'yellow', 'red']);
    const short = clock({ started_at: at(-20), due_at: at(0) });
    expect(clockLight(short, NOON - 10 * MINUTE)).toBe('yellow');
  });

  it('that was met stays green, and one that demands nothing never presses', () => {
    expect(clockLight(clock({ state: 'met', due_at: at(-5) }), NOON)).toBe('green');
    expect(clockLight(clock({ optional: true, due_at: at(-5) }), NOON)).toBe('grey');
  });

  it('is looked at before those of its medium that run longer or are over', () => {
    const clocks = [clock({ number: 1, state: 'met' }), clock({ number: 2, due_at: at(50) }), clock({ number: 3, due_at: at(40) }), clock({ number: 4, due_at: at(5), optional: true })];
    expect(foremost(clocks, 'written')?.number).toBe(3);
    expect(foremost(clocks.slice(0, 1), 'written')?.number).toBe(1);
    expect(foremost(clocks, 'phone')).toBeUndefined();
  });
});

describe('what is due of an incident', () => {
  const phone = clock({ number: 1, medium: 'phone', due_at: at(30) });
  const written = clock({ number: 2, due_at: at(60) });

  it('is one row with both its clocks before it is begun, also when the call was made', () => {
    const [row, ...others] = rowsOf(dossier({ clocks: [{ ...phone, state: 'met', ended_at: at(2) }, written] }));
    expect(others).toEqual([]);
    expect([row?.id, row?.report, row?.clocks.map((one) => one.number)]).toEqual(['i-1.incident.first.1', undefined, [1, 2]]);
  });

  it('keeps its row when it is drafted and when it is sent', () => {
    const drafted = rowsOf(dossier({ clocks: [phone, written], reports: [report({})] }));
    expect(drafted.map((row) => [row.id, row.report?.id, row.clocks.length])).toEqual([['i-1.incident.first.1', 'r-1', 2]]);
    const over = { clocks: [phone, { ...written, state: 'met' as const, ended_at: at(9) }], reports: [report({ state: 'sent', sent: { at: at(9), by: 'd' } })] };
    // The call is still owed, and stands with the report that it should have come before.
    expect(rowsOf(dossier(over)).map((row) => [row.id, row.clocks.length])).toEqual([['i-1.incident.first.1', 2]]);
  });

  it('stands beside what was sent and what was dropped', () => {
    const next = clock({ number: 3, stage: 'follow_up', started_at: at(9), due_at: at(99) });
    const rows = rowsOf(dossier({
      clocks: [{ ...written, state: 'met', ended_at: at(9) }, next],
      reports: [report({ id: 'r-1', state: 'dropped', dropped: { at: at(1), by: 'd' } }), report({ id: 'r-2', state: 'sent', sent: { at: at(9), by: 'd' } })],
    }));
    expect(rows.map((row) => row.id)).toEqual(['r-1', 'i-1.incident.first.1', 'i-1.incident.follow_up.1']);
    expect(rows.map((row) => row.clocks.map((one) => one.number))).toEqual([[], [2], [3]]);
  });

  it('is not asked for by a clock that only allows it', () => {
    expect(rowsOf(dossier({ clocks: [clock({ optional: true })] }))).toEqual([]);
  });
});

it('rows stand by what runs out first, then what is begun, then what is over', () => {
  const due = (id: string, minutes: number) => ({ ...freeRow(id), clocks: [clock({ due_at: at(minutes) })] });
  const begun = { ...freeRow('begun'), report: report({}) };
  const sent = (id: string, minutes: number) => ({ ...freeRow(id), report: report({ state: 'sent', sent: { at: at(minutes), by: 'd' } }) });
  const rows = [sent('before', -50), sent('sent', -5), begun, due('later', 30), due('late', -3), due('soon', 4)];
  expect(rows.sort(mostUrgentFirst).map((row) => row.incident)).toEqual(['late', 'soon', 'later', 'begun', 'sent', 'before']);
});

it('the tab says how many are due and how the first of them stands', () => {
  const task = (minutes: number): TaskView => ({ given_at: at(-60), due_at: at(minutes) }) as TaskView;
  expect(tallyOwed([], NOON)).toBeUndefined();
  expect(tallyOwed([task(60), task(5)], NOON)).toEqual({ count: 2, due_at: at(5), light: 'yellow' });
  expect(tallyOwed([task(60), task(-1)], NOON)?.light).toBe('red');
});

it('a county reports to city and province, a city to the province, a province to nobody here', () => {
  expect([ranksAbove('990101000000'), ranksAbove('990100000000'), ranksAbove('990000000000')]).toEqual([['city', 'province'], ['province'], []]);
});

it('two people who change one report keep what each wrote, and both are named where they changed the same', () => {
  const base = { to: ['city' as const], title: '首报', text: '正文' };
  const { merged, both } = mergeWords(base, { ...base, text: '我的' }, { ...base, title: '对方', text: '他的' });
  expect([merged, both]).toEqual([{ ...base, title: '对方', text: '我的' }, ['text']]);
  // The same words twice are no quarrel.
  expect(mergeWords(base, { ...base, text: '同' }, { ...base, text: '同' }).both).toEqual([]);
});

function clock(known: Partial<ReportClock>): ReportClock {
  return {
    number: 9, series: 'incident', stage: 'first', to: 'city', medium: 'written', started_at: at(0), due_at: at(60), text: '', text_en: '', rule: 'r', source: '',
    confirmed: true, optional: false, state: 'running', late_s: 0, ...known,
  };
}

function report(known: Partial<Report>): Report {
  const step = { at: at(1), by: 'dispatcher' };
  return {
    id: 'r-1', incident: 'i-1', incident_title: '粮站', incident_kind: '房屋倒塌', series: 'incident', stage: 'first', ordinal: 1, to: ['city'], title: '首报', text: '正文', drill: false, revision: 1, state: 'drafted',
    drafted: step, changed: step, late_s: 0, ...known,
  };
}

function dossier(known: Partial<ReportDossier>): ReportDossier {
  return { incident: 'i-1', drill: false, clocks: [], calls: [], reports: [], ...known };
}
