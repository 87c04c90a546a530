import { describe, expect, it } from 'vitest';

import { ageOf, drilled, excessOf, marginOf, notable, reasonOf, type GaugeView } from './gauge';
import { at, START, VILLAGE } from './fixture';

describe('a gauge', () => {
  it('is fresh for two of its periods, then late, and lost after five or once it is on record as silent', () => {
    const gauge = river('g-1', 60, { received_at: at(0) });
    const ages = [0, 600, 601, 1_500, 1_501].map((seconds) => ageOf(gauge, START + seconds * 1_000));
    expect(ages).toEqual(['fresh', 'fresh', 'late', 'late', 'lost']);
    expect(ageOf({ ...gauge, silent_since: at(0) }, START)).toBe('lost');
    const { reading: _nothing, ...mute } = gauge;
    expect(ageOf(mute, START)).toBe('never');
  });

  it('says how far it is to the next level, and how far above the last', () => {
    expect(marginOf(river('g-1', 63.5))).toEqual({ mark: 'warning', metres: expect.closeTo(0.6) });
    expect(marginOf(river('g-1', 64.1))).toEqual({ mark: 'guarantee', metres: expect.closeTo(2) });
    expect(marginOf(river('g-1', 67))).toBeUndefined();
    expect(excessOf({ ...river('g-1', 64.3), mark: 'warning' })).toBeCloseTo(0.2);
    // It waits for the water to be clearly lower.
    expect(excessOf({ ...river('g-1', 64.05), mark: 'warning' })).toBeUndefined();
  });

  it('of rain looks at the hours that are nearest to their amount', () => {
    const rain: GaugeView = {
      ...river('r-1', 0), measures: 'rain', levels: [], rains: [{ mark: 'prepare', mm: [30, 50, null, 100] }, { mark: 'leave', mm: [60, null, null, null] }],
      reading: { at: at(0), received_at: at(0), rain_mm: [10, 40, 45, 50] },
    };
    expect(marginOf(rain)).toEqual({ mark: 'prepare', mm: 10, hours: 3 });
    expect(reasonOf(rain, START)).toBe('rising');
    const reached: GaugeView = { ...rain, reading: { at: at(0), received_at: at(0), rain_mm: [31, 40, 45, 50] } };
    expect(marginOf(reached)).toEqual({ mark: 'leave', mm: 29, hours: 1 });
  });
});

it('what is reached comes before what will be, what rises, and who is silent; what is quiet is left out', () => {
  const next = (hours: number) => ({ mark: 'warning' as const, level_m: 64.1, at: at(hours * 3_600), earliest: at(3_600) });
  const gauges = [
    river('quiet', 60),
    { ...river('silent', 60), silent_since: at(-900) },
    river('fast', 60, { trend: { m_h: 0.3, low_m_h: 0.1, high_m_h: 0.4 } }),
    river('later', 63, { next: next(5) }),
    river('sooner', 63, { next: next(2) }),
    { ...river('yellow', 64.2), mark: 'warning' as const, colour: 'yellow' as const },
    { ...river('orange', 66.2), mark: 'guarantee' as const, colour: 'orange' as const },
  ];
  expect(notable(gauges, START).map((gauge) => gauge.id)).toEqual(['orange', 'yellow', 'sooner', 'later', 'fast', 'silent']);
});

it('a drill is over once nothing of it is heard any more', () => {
  const gauges = [river('old', 60, { received_at: at(-7_200) }), river('now', 60)];
  expect(drilled(gauges, START).map((gauge) => gauge.id)).toEqual(['now']);
});

/** A river gauge that reports every five minutes, with a warning and a guarantee level. */
function river(id: string, level_m: number, more: object = {}): GaugeView {
  return {
    id, name: id, area: VILLAGE, place: [114.4, 35.6], measures: 'river', reports_every_s: 300, stale: 'fresh',
    levels: [{ mark: 'warning', level_m: 64.1 }, { mark: 'guarantee', level_m: 66.1 }],
    reading: { at: at(0), received_at: at(0), level_m, ...more },
  };
}
