import { expect, it } from 'vitest';

import { turnTime } from './turn_time';

const WORDS = { nextDay: (time: string) => `次日 ${time}`, until: (from: string, to: string) => `${from}–${to}` };
const at = (time: string): string => `2026-12-${time}:00+08:00`;
const said = (from: string, to: string): string => turnTime({ from: at(from), to: at(to) }, 'Asia/Shanghai', 'zh', WORDS);

it('names the day once, and a second one only where the turn is longer', () => {
  expect(said('02T08:00', '02T20:00')).toBe('12月2日 周三 08:00–20:00');
  expect(said('02T08:00', '03T08:00')).toBe('12月2日 周三 08:00–次日 08:00');
  expect(said('02T20:00', '03T00:00')).toBe('12月2日 周三 20:00–24:00');
  expect(said('02T08:00', '05T08:00')).toBe('12月2日 周三 08:00–12月5日 周六 08:00');
});
