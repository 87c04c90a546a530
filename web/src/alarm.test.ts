import { expect, it } from 'vitest';

import { figure, MUTE_MAX_MS, mutedFor } from './alarm';

it('each level has its own figure: rising pair, triple beep, one soft tone', () => {
  expect(figure('red', 0).tones.map((tone) => tone.hertz)).toEqual([660, 990]);
  expect(figure('orange', 0).tones).toHaveLength(3);
  expect(figure('blue', 0).tones).toHaveLength(1);
  expect(figure('blue', 0).tones[0]?.gain).toBeLessThan(figure('orange', 0).tones[0]?.gain ?? 0);
});

it('no figure overlaps its next turn or is faster than once a second', () => {
  for (const severity of ['red', 'orange', 'yellow', 'blue'] as const) {
    const { every_ms, tones } = figure(severity, 90_000);
    expect(every_ms).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...tones.map((tone) => tone.at_ms + tone.lasts_ms))).toBeLessThan(every_ms);
  }
});

it('grows louder after 30 and 60 seconds', () => {
  const gains = [0, 30_000, 60_000].map((since) => figure('red', since).tones[0]?.gain ?? 0);
  expect(gains).toEqual([...gains].sort((a, b) => a - b));
  expect(new Set(gains).size).toBe(3);
});

it('a silence ends by itself after two minutes', () => {
  expect(mutedFor(undefined, 5)).toBe(0);
  expect(mutedFor(1_000, 1_000)).toBe(120);
  expect(mutedFor(1_000, 34_000)).toBe(87);
  expect(mutedFor(1_000, 1_000 + MUTE_MAX_MS)).toBe(0);
});
