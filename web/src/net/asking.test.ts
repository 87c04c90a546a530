import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Asking } from './asking';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks at once and then every so often, not while nobody sees the page, and not after its end', async () => {
  const { asking, told, look } = setUp();
  const end = asking.every(15_000);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(told).toEqual([1, 2]);
  look(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([1, 2]);
  look(true);
  await vi.advanceTimersByTimeAsync(15_000);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([1, 2, 3]);
});

it('what becomes news while an answer is on its way is asked for once after it', async () => {
  const { asking, told } = setUp();
  await Promise.all([asking.ask(), asking.ask(), asking.ask()]);
  expect(told).toEqual([1, 2]);
});

it('whoever asks while an older answer is on its way waits for the newer one', async () => {
  const { asking, told } = setUp();
  void asking.ask();
  await asking.ask();
  expect(told).toEqual([1, 2]);
});

it('a failure is told, and the next asking tries again', async () => {
  const { asking, told, fail } = setUp();
  fail();
  await asking.ask();
  await asking.ask();
  expect(told).toEqual(['failed', 2]);
});

/** A server that counts how often it was asked. */
function setUp() {
  const told: (number | string)[] = [];
  let asked = 0;
  let isVisible = true;
  let fails = false;
  const asking = new Asking<number>({
    fetch: async () => {
      asked += 1;
      if (!fails) return asked;
      fails = false;
      throw new Error('no');
    },
    isVisible: () => isVisible,
    onAnswer: (answer) => void told.push(answer),
    onFailure: () => void told.push('failed'),
  });
  return { asking, told, look: (visible: boolean) => void (isVisible = visible), fail: () => void (fails = true) };
}
