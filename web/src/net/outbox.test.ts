import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Refused, Unreachable } from './api';
import { Outbox, RETRY_MS, type Letter } from './outbox';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('walks from kept to delivered to seen', async () => {
  const { outbox, steps } = setUp([{ seq: 42, late: false }]);
  outbox.put(letter('k1'));
  expect(steps()).toEqual(['kept']);
  await settled();
  expect(steps()).toEqual(['delivered']);
  outbox.reached(41);
  expect(steps()).toEqual(['delivered']);
  outbox.reached(42);
  expect(steps()).toEqual(['seen']);
});

it('is seen where the board was faster than the reply', async () => {
  const { outbox, steps } = setUp([{ seq: 42, late: false }]);
  outbox.put(letter('k1'));
  outbox.reached(43);
  await settled();
  expect(steps()).toEqual(['seen']);
});

it('survives a closed page and says the same key again', async () => {
  const first = setUp([new Unreachable()]);
  first.outbox.put(letter('k1'));
  await settled();
  first.outbox.stop();
  const second = setUp([{ seq: 1, late: true }], first.store);
  expect(second.steps()).toEqual(['kept']);
  await second.outbox.flush();
  expect(second.posted).toEqual(['k1']);
  expect(second.outbox.letters[0]).toMatchObject({ step: 'delivered', late: true });
});

it('tries again every few seconds while it waits', async () => {
  const { posted, outbox, steps } = setUp([new Unreachable(), new Unreachable(), { seq: 1, late: false }]);
  outbox.put(letter('k1'));
  await settled();
  await vi.advanceTimersByTimeAsync(RETRY_MS * 2);
  expect(posted).toEqual(['k1', 'k1', 'k1']);
  expect(steps()).toEqual(['delivered']);
});

it('keeps what a busy server or a lapsed login will not take, and asks for the login', async () => {
  const { outbox, steps, locked } = setUp([refused(503), refused(401), { seq: 1, late: false }]);
  outbox.put(letter('k1'));
  await settled();
  expect(steps()).toEqual(['kept']);
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  expect(locked()).toBe(1);
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  expect(steps()).toEqual(['delivered']);
});

it('waits as long as the server asks', async () => {
  const { posted, outbox } = setUp([refused(429, 9), { seq: 1, late: false }]);
  outbox.put(letter('k1'));
  await settled();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(posted).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(posted).toHaveLength(2);
});

it('says what the server refused and goes on with the next', async () => {
  const { outbox, steps } = setUp([refused(409), { seq: 1, late: false }]);
  outbox.put(letter('k1'));
  outbox.put(letter('k2'));
  await settled();
  expect(steps()).toEqual(['refused', 'delivered']);
});

it('one that cannot be delivered does not hold up the others', async () => {
  const { outbox, steps } = setUp([refused(500), { seq: 1, late: false }]);
  outbox.put(letter('k1'));
  outbox.put(letter('k2'));
  await settled();
  expect(steps()).toEqual(['kept', 'delivered']);
});

it('reports about one order are sent in their order, and hold up nothing else', async () => {
  const { posted, outbox, steps } = setUp([new Unreachable(), { seq: 1, late: false }, { seq: 2, late: false }, { seq: 3, late: false }]);
  outbox.put(reported('k1', 'a-1', 'en_route'));
  outbox.put(reported('k2', 'a-1', 'on_scene'));
  outbox.put(reported('k3', 'a-2', 'en_route'));
  await settled();
  expect(posted).toEqual(['k1', 'k3']);
  expect(steps()).toEqual(['kept', 'kept', 'delivered']);
  await outbox.flush();
  expect(posted).toEqual(['k1', 'k3', 'k1', 'k2']);
});

it('a phone that cannot write still delivers, and says that the page must stay open', async () => {
  const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
  const { outbox, steps, lasting } = setUp([{ seq: 1, late: false }], full);
  outbox.put(letter('k1'));
  expect(lasting()).toBe(false);
  await settled();
  expect(steps()).toEqual(['delivered']);
});

it('begins anew where what it wrote cannot be read', () => {
  expect(setUp([], { getItem: () => '{', setItem: () => {} }).outbox.letters).toEqual([]);
});

type Reply = { seq: number; late: boolean } | Error;

function setUp(replies: Reply[], store: Pick<Storage, 'getItem' | 'setItem'> = memory()) {
  const posted: string[] = [];
  let letters: readonly Letter[] = [];
  let lockedTimes = 0;
  let isLasting = true;
  const outbox = new Outbox('leader', {
    store,
    post: async ({ key }) => {
      posted.push(key);
      const reply = replies.shift();
      if (reply === undefined) throw new Unreachable();
      if (reply instanceof Error) throw reply;
      return reply;
    },
    onChange: (changed, kept) => {
      letters = changed;
      isLasting = kept;
    },
    onLocked: () => void (lockedTimes += 1),
  });
  return {
    outbox, posted, store,
    steps: () => letters.map((one) => one.step),
    locked: () => lockedTimes,
    lasting: () => isLasting,
  };
}

function reported(key: string, about: string, status: string): Omit<Letter, 'step'> {
  return { key, obligation: about, subject: '', post_title: '', report: { path: `/assignments/${about}/status`, body: { status } }, at: '' };
}

function letter(key: string): Omit<Letter, 'step'> {
  return { key, obligation: 'o-1', subject: '', post_title: '', answering: { answer: 'acknowledged' }, at: '' };
}

function refused(status: number, retryAfterS?: number): Refused {
  return new Refused(status, { code: 'x', message: '' }, retryAfterS);
}

function memory(): Pick<Storage, 'getItem' | 'setItem'> {
  const slots = new Map<string, string>();
  return { getItem: (key) => slots.get(key) ?? null, setItem: (key, value) => void slots.set(key, value) };
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
