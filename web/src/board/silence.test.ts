import { expect, it } from 'vitest';

import { silentGauges } from './silence';
import { at, COUNTY, emptyBoard, event, VILLAGE } from './fixture';
import type { SilenceView } from './protocol';
import { reduceAll } from './reduce';

it('who falls silent is listed with a name, and goes once it is heard again', () => {
  const began = [
    event(1, 'silence_began', { voice: { gauge: 'g-1' }, area: VILLAGE, heard_at: at(-600), callout: 'c-9' }, { 'g-1': '大桥站' }),
    event(2, 'silence_began', { voice: { gauge: 'g-2' }, area: VILLAGE, heard_at: at(-60) }),
    event(3, 'silence_began', { voice: { source: '省台' }, area: COUNTY, heard_at: at(-900) }),
  ];
  const { silences } = reduceAll(emptyBoard(), began);
  expect(silentGauges(silences).map(({ name, callout }) => [name, callout])).toEqual([['g-2', undefined], ['大桥站', 'c-9']]);
  expect([silences.gauges.total, [...silences.sources.values()].map(({ name, heard_at }) => [name, heard_at])])
    .toEqual([2, [['省台', at(-900)]]]);

  const ended = [
    event(4, 'silence_ended', { voice: { gauge: 'g-1' }, area: VILLAGE, heard_at: at(4) }),
    event(5, 'silence_ended', { voice: { source: '省台' }, area: COUNTY, heard_at: at(5) }),
  ];
  const left = reduceAll(emptyBoard(), [...began, ...ended]).silences;
  expect([left.gauges.total, [...left.gauges.items.keys()], left.sources.size]).toEqual([1, ['g-2'], 0]);
});

it('a gauge that is no more is not missed, and another site is no gauge', () => {
  const before = emptyBoard({ silences: { sources: [], gauges: { total: 3, items: [silent('g-1')] } } });
  const gone = reduceAll(before, [event(1, 'site_removed', { id: 'g-1', area: VILLAGE })]);
  expect(gone.silences.gauges).toEqual({ total: 2, items: new Map() });
  expect(reduceAll(gone, [event(2, 'site_removed', { id: 'd-1', area: VILLAGE })]).silences.gauges.total).toBe(2);
});

it('of a list that was cut the rest is only counted', () => {
  const before = emptyBoard({ silences: { sources: [], gauges: { total: 200, items: [silent('g-1')] } } });
  const after = reduceAll(before, [event(1, 'silence_ended', { voice: { gauge: 'g-77' }, area: VILLAGE, heard_at: at(1) })]);
  expect([after.silences.gauges.total, [...after.silences.gauges.items.keys()]]).toEqual([199, ['g-1']]);
});

function silent(id: string): SilenceView {
  return { id, name: id, area: VILLAGE, heard_at: at(-60) };
}
