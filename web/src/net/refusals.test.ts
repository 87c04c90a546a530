import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Refused, Unreachable } from './api';
import { EVERY_MS, RefusalWatch } from './refusals';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks at once and then every half minute, but not while nobody sees the page', async () => {
  const { watch, told, look } = setUp(['ok', 'ok', 'ok', 'ok']);
  watch.start();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toHaveLength(2);
  look(false);
  await vi.advanceTimersByTimeAsync(EVERY_MS * 10);
  expect(told).toHaveLength(2);
  look(true);
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(told).toEqual(['current 0', 'current 0', 'current 0']);
});

it('a failure takes nothing away and the next turn tries again', async () => {
  const { watch, told } = setUp([new Unreachable(), new Refused(503, { code: 'x', message: '' }, undefined), 'ok']);
  watch.start();
  await vi.advanceTimersByTimeAsync(EVERY_MS * 2);
  expect(told).toEqual(['failed', 'failed', 'current 0']);
});

it('a login that may not read it asks only once', async () => {
  const { watch, told } = setUp([new Refused(403, { code: 'not_allowed', message: '' }, undefined)]);
  watch.start();
  await vi.advanceTimersByTimeAsync(EVERY_MS * 10);
  await watch.ask();
  expect(told).toEqual(['forbidden']);
  expect(vi.getTimerCount()).toBe(0);
});

it('one answer is waited for at a time', async () => {
  const { watch, told } = setUp(['ok', 'ok']);
  await Promise.all([watch.ask(), watch.ask()]);
  expect(told).toEqual(['current 0']);
  await watch.ask();
  expect(told).toHaveLength(2);
});

/** A server that answers as written, then fails the test. */
function setUp(answers: (Error | 'ok')[]) {
  const told: string[] = [];
  let isVisible = true;
  const watch = new RefusalWatch({
    fetch: async () => {
      const answer = answers.shift();
      if (answer === undefined) throw new Error('asked too often');
      if (answer !== 'ok') throw answer;
      return { items: [] };
    },
    isVisible: () => isVisible,
    onChange: (standing, rows) => void told.push(rows === undefined ? standing : `${standing} ${rows.length}`),
  });
  return { watch, told, look: (visible: boolean) => void (isVisible = visible) };
}
