import { expect, it } from 'vitest';

import type { GaugeView } from '../board/gauge';
import { ago, NOW } from './fixture';
import { GAUGES_MAX, gaugeMarks } from './gauges';

const WORDS = { label: (gauge: GaugeView) => gauge.name, short: (gauge: GaugeView) => `${gauge.reading?.level_m} m` };

it('a quiet gauge says nothing from afar; one over its level does, and lies on top', () => {
  const marks = gaugeMarks([station('over', { mark: 'warning', colour: 'yellow' }), station('quiet')], false, undefined, NOW, WORDS);
  expect(marks.map(({ id, short, isQuiet }) => [id, short, isQuiet])).toEqual([['quiet', '', true], ['over', '60 m', false]]);
  const [old] = gaugeMarks([station('old', { reading: { at: ago(900), received_at: ago(900), level_m: 60 } })], false, undefined, NOW, WORDS);
  expect(old?.age).toBe('late');
});

it('of ten thousand only what is in view is drawn, and of that the worst', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => station(`g-${index}`, { place: [114 + (index % 100) / 100, 35 + index / 10_000] }));
  many[9_999] = station('worst', { mark: 'historic', colour: 'red', place: [114.99, 35.9999] });
  const all = gaugeMarks(many, false, undefined, NOW, WORDS);
  expect([all.length, all[all.length - 1]?.id]).toEqual([GAUGES_MAX, 'worst']);
  const few = gaugeMarks(many, false, [114, 35, 114.1, 35.01], NOW, WORDS);
  expect(few.length).toBeLessThan(60);
  expect(few.every(({ lon, lat }) => lon <= 114.13 && lat <= 35.013)).toBe(true);
});

function station(id: string, more: Partial<GaugeView> = {}): GaugeView {
  return {
    id, name: id, area: '990101001000', place: [114.4, 35.6], measures: 'river', reports_every_s: 300, stale: 'fresh',
    reading: { at: ago(0), received_at: ago(0), level_m: 60 }, ...more,
  };
}
