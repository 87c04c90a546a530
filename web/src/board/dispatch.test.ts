import { expect, it } from 'vitest';

import { inHandFirst, isStalled, nextStep, type AssignmentStatus, type AssignmentView } from './assignment';
import { draftOrder, metresBetween, nearestFree, offered, tidyNeeds, turned, usualNeeds, type ListedUnit, type Offer } from './dispatch';
import { findable, kindsFor } from './kind';
import { byLight, lightOf, tallyLights, type TaskView } from './task';

const NOW = Date.parse('2026-11-22T10:00:00Z');

it('needs are read as hands type them', () => {
  expect(tidyNeeds(' boat_rescue：2， pump:1000、')).toBe('boat_rescue:2,pump:1000');
  expect(tidyNeeds('水域救援 ×2，破拆 1 排涝*1000；照明 ： 3')).toBe('水域救援:2,破拆:1,排涝:1000,照明:3');
  expect(usualNeeds('11A02')).toBe('pump:1000');
  expect(usualNeeds('11A04')).toBe('boat_rescue:2');
  expect(usualNeeds('14000')).toBe('');
});

it('where nobody recommends, those that fit come first, then the nearest, and nobody who is bound', () => {
  const units = [unit('team', 'team', [114.4, 35.6]), unit('far', 'boat', [114.6, 35.6]), unit('near', 'boat', [114.41, 35.6]), unit('busy', 'boat', [114.4, 35.6])];
  const to = { point: [114.4, 35.6] as const, area: '990101101000' };
  expect(nearestFree(units, 'boat_rescue:2', to, new Set(['busy']), 9).map((one) => one.unit)).toEqual(['near', 'far', 'team']);
  expect(nearestFree(units, 'boat_rescue:2', to, new Set(), 1)).toHaveLength(1);
});

it('without a point the own township is nearest', () => {
  const units = [unit('there', 'boat', [114.4, 35.6]), { ...unit('here', 'boat', [114.4, 35.6]), area: '990101101000' }];
  expect(nearestFree(units, 'boat_rescue', { area: '990101101002' }, new Set(), 9)[0]?.unit).toBe('here');
});

it('a hundredth of a degree north is eleven hundred metres', () => {
  expect(metresBetween([114, 35], [114, 35.01])).toBeCloseTo(1_112, -1);
});

it('an order says where and what, and the township once', () => {
  const known = { kind_name: '堤防重大险情', area_name: '柳河镇', casualties: { trapped: 12 }, course: '决口 20 米。' };
  expect(draftOrder({ ...known, address: '柳河镇北堤' })).toBe('立即赶赴柳河镇北堤处置：堤防重大险情，被困12人，决口 20 米。接令后立即出动，到场后报告。');
  expect(draftOrder({ ...known, address: '北堤' })).toContain('赶赴柳河镇北堤处置');
});

it('who is proposed comes before the next best, and nobody twice', () => {
  const offer = (id: string, need: string): Offer => ({ unit: id, name: id, need, reasons: [] });
  const found = { items: [offer('a', 'boat_rescue:2'), offer('b', 'boat_rescue:2')], alternatives: [offer('b', 'pump:1'), offer('c', 'pump:1')] };
  expect(offered(found, 9).map((one) => one.unit)).toEqual(['a', 'b', 'c']);
  expect(offered(found, 2)).toHaveLength(2);
});

it('a number takes a unit and gives it back; one that is not there does nothing', () => {
  const offers = ['a', 'b'].map((id): Offer => ({ unit: id, name: id, need: '', reasons: [] }));
  expect(turned([], offers, 2)).toEqual(['b']);
  expect(turned(['b'], offers, 2)).toEqual([]);
  expect(turned(['a'], offers, 7)).toEqual(['a']);
});

it('whoever was not reached or does not move comes first; who is done comes last', () => {
  const rows = [
    sent('done', 'done'), sent('late', 'en_route', { watch_at: '2026-11-22T09:59:00Z' }), sent('there', 'on_scene'),
    sent('unreached', 'ordered', { answer: 'unreached' }), sent('ringing', 'ordered', { answer: 'ringing' }),
  ];
  expect(rows.sort(inHandFirst(NOW)).map((one) => one.unit)).toEqual(['unreached', 'late', 'ringing', 'there', 'done']);
  expect(isStalled(sent('x', 'done', { watch_at: '2026-11-22T09:00:00Z' }), NOW)).toBe(false);
});

it('a mission leads from the order back to the base', () => {
  const way: AssignmentStatus[] = ['ordered'];
  for (let next = nextStep('ordered'); next !== undefined; next = nextStep(next)) way.push(next);
  expect(way).toEqual(['ordered', 'accepted', 'en_route', 'on_scene', 'done', 'returned']);
  expect(nextStep('recalled')).toBe('returned');
});

it('a light turns yellow in the last quarter, or ten minutes before, and red when it is due', () => {
  const long = task('long', '2026-11-22T14:00:00Z', '2026-11-22T06:00:00Z');
  expect(lightOf(long, NOW)).toBe('grey');
  expect(lightOf(long, Date.parse('2026-11-22T12:00:00Z'))).toBe('yellow');
  expect(lightOf(long, Date.parse('2026-11-22T14:00:00Z'))).toBe('red');
  expect(lightOf(task('short', '2026-11-22T10:09:00Z', '2026-11-22T09:55:00Z'), NOW)).toBe('yellow');
  expect(lightOf({ ...long, stage: 'done' }, Date.parse('2026-11-23T00:00:00Z'))).toBe('green');
});

it('overdue tasks come first, and what was taken back is not counted', () => {
  const tasks = [
    task('open', '2026-11-22T18:00:00Z'), { ...task('done', '2026-11-22T09:00:00Z'), stage: 'done' as const },
    task('overdue', '2026-11-22T09:30:00Z'), { ...task('gone', '2026-11-22T09:00:00Z'), stage: 'withdrawn' as const }, task('pressing', '2026-11-22T10:05:00Z'),
  ];
  expect(tasks.sort(byLight(NOW)).map((one) => one.id)).toEqual(['overdue', 'pressing', 'open', 'done', 'gone']);
  expect(tallyLights(tasks, NOW)).toEqual({ red: 1, yellow: 1, grey: 1, green: 1 });
});

it('a kind is found by initials, with the heavy reading of 重, and the common ones come without a word', () => {
  const kinds = findable([
    { code: '11A01', name: '洪水', name_en: 'Flood' }, { code: '11E06', name: '海浪', name_en: 'Wave' }, { code: '11A04', name: '堤防重大险情', name_en: 'Dike' },
  ]);
  expect(kindsFor(kinds, '', 2).map((one) => one.code)).toEqual(['11A04', '11A01']);
  expect(kindsFor(kinds, 'dfzd', 9).map((one) => one.code)).toEqual(['11A04']);
  expect(kindsFor(kinds, '11e', 9).map((one) => one.code)).toEqual(['11E06']);
});

function unit(id: string, kind: string, base: readonly [number, number]): ListedUnit {
  return { id, name: id, kind, area: '990101000000', base };
}

function sent(id: string, status: AssignmentStatus, with_: Partial<AssignmentView> = {}): AssignmentView {
  return {
    id, unit: id, unit_name: id, incident: 'i-1', incident_title: '', area: '', order: '', need: '', need_zh: '', need_en: '', status, since: '2026-11-22T09:50:00Z',
    next: [], stalls: 0, obligation: 'o-1', course: [], ...with_,
  };
}

function task(id: string, due_at: string, given_at = '2026-11-22T08:00:00Z'): TaskView {
  return {
    id, title: id, text: '', on_word_of: '', area: '', area_name: '', post: '', post_title: '', given_at, given_by: '', due_at,
    stage: 'given', light: 'grey', said: [], late_s: 0, withdrawn: '', reminders: 0, drill: false,
  };
}
