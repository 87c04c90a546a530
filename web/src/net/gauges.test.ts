import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { GaugeView } from '../board/gauge';
import { Unreachable } from './api';
import { EVERY_MS, GaugeWatch, type Course } from './gauges';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks by the tag of the last answer, and takes nothing for no news', async () => {
  const { watch, asked, told } = setUp(['a', 'x', undefined, undefined, 'b', undefined]);
  watch.start();
  await vi.advanceTimersByTimeAsync(EVERY_MS * 2);
  expect(asked).toEqual(['real -', 'drill -', 'real a', 'drill x', 'real a', 'drill x']);
  expect(told).toEqual(['real', 'drill', 'real']);
});

it('does not ask while nobody sees the page', async () => {
  const { watch, asked, look } = setUp(['a', 'x']);
  watch.start();
  look(false);
  await vi.advanceTimersByTimeAsync(EVERY_MS * 10);
  expect(asked).toHaveLength(2);
});

it('what is news while it asks is asked for once more, however often', async () => {
  const { watch, asked } = setUp(['a', 'x', 'b', 'y']);
  await Promise.all([watch.ask(), watch.ask(), watch.ask()]);
  expect(asked).toHaveLength(4);
});

it('a failure takes nothing away, and everything is asked for again', async () => {
  const { watch, asked, told } = setUp(['a', 'x', new Unreachable(), 'y', 'b', 'z']);
  await watch.ask();
  await watch.ask();
  await watch.ask();
  expect(told).toEqual(['real', 'drill', 'drill', 'real', 'drill']);
  expect(asked[4]).toBe('real -');
});

/** A server that answers with these tags, or that nothing is new, then fails the test. */
function setUp(answers: (string | Error | undefined)[]) {
  const [asked, told]: [string[], Course[]] = [[], []];
  let isVisible = true;
  const watch = new GaugeWatch({
    fetch: async (course, tag) => {
      asked.push(`${course} ${tag ?? '-'}`);
      if (answers.length === 0) throw new Error('asked too often');
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer === undefined ? { tag } : { tag: answer, body: { items: [] as GaugeView[] } };
    },
    isVisible: () => isVisible,
    onChange: (course) => void told.push(course),
  });
  return { watch, asked, told, look: (visible: boolean) => void (isVisible = visible) };
}
