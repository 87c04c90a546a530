import { beforeEach, expect, it, vi } from 'vitest';

import type { BoardEvent } from '../../board/event';

// The page's board, its words and its clock belong to a page.
vi.stubGlobal('document', { visibilityState: 'visible', documentElement: {}, addEventListener: () => undefined });
const told: ((events: readonly BoardEvent[]) => void)[] = [];
vi.mock('../../live.svelte', () => ({
  live: {
    onEvents: (act: (events: readonly BoardEvent[]) => void) => {
      told.push(act);
      return () => undefined;
    },
  },
}));
vi.mock('../../clock.svelte', () => ({ clock: { exact: () => 1 } }));
const { Listing } = await import('./listing.svelte');

beforeEach(() => void vi.useFakeTimers());

it('a key moves on from what is in hand while the list is asked for again, and what was seen is shown meanwhile', async () => {
  const server = serving(['a', 'b', 'c']);
  const listing = server.listing;
  listing.start();
  await server.answer();
  expect([listing.chosen, listing.detail]).toEqual(['a', 'a1']);
  listing.move(1);
  await server.answer();
  expect([listing.chosen, listing.detail]).toEqual(['b', 'b1']);

  const refreshing = listing.refresh();
  listing.move(-1);
  expect([listing.chosen, listing.detail, listing.rows.length]).toEqual(['a', 'a1', 3]);
  listing.move(1);
  expect([listing.chosen, listing.detail]).toEqual(['b', 'b1']);
  await server.answer();
  await refreshing;
  expect(listing.chosen).toBe('b');
});

it('where the one in hand is listed no more a key goes on from its place, and nothing is let go while the list is empty', async () => {
  const server = serving(['a', 'b', 'c']);
  const listing = server.listing;
  listing.start();
  await server.answer();
  listing.choose('b');
  await server.answer();
  for (const [by, next] of [[1, 'c'], [-1, 'a']] as const) {
    listing.choose('b');
    server.lists(['a', 'b', 'c']);
    await relisted(server);
    server.lists(['a', 'c']);
    await relisted(server);
    listing.move(by);
    expect(listing.chosen).toBe(next);
    await server.answer();
  }
  server.lists([]);
  await relisted(server);
  listing.move(1);
  expect(listing.chosen).toBe('a');
});

it('an event about something else asks for the list and not for the one in hand', async () => {
  const server = serving(['a', 'b']);
  server.listing.start();
  await server.answer();
  const before = server.asked();
  const event = (incident: string): BoardEvent => ({ seq: 1, at: '', names: {}, kind: 'reports_changed', data: { incident } });
  told[told.length - 1]?.([event('b')]);
  await vi.advanceTimersByTimeAsync(300);
  await server.answer();
  expect(server.asked()).toEqual({ lists: before.lists + 1, ones: before.ones });
  told[told.length - 1]?.([event('b'), event('a')]);
  await vi.advanceTimersByTimeAsync(300);
  await server.answer();
  expect(server.asked()).toEqual({ lists: before.lists + 2, ones: before.ones + 1 });
});

async function relisted(server: ReturnType<typeof serving>): Promise<void> {
  const asked = server.listing.refresh();
  await server.answer();
  await asked;
}

/** A server that answers when it is told to, each row with how often it was asked for. */
function serving(ids: readonly string[]) {
  let listed = ids;
  let lists = 0;
  let ones = 0;
  let waiting: (() => void)[] = [];
  const later = <T>(make: () => T): Promise<T> => new Promise((done) => waiting.push(() => done(make())));
  const listing = new Listing<string, string>({
    list: () => {
      lists += 1;
      return later(() => listed);
    },
    idOf: (row) => row,
    one: (id) => {
      ones += 1;
      return later(() => `${id}1`);
    },
    concerns: (event) => event.kind === 'reports_changed',
    changes: (event, id) => event.kind !== 'reports_changed' || event.data.incident === id,
  });
  return {
    listing,
    lists: (now: readonly string[]) => void (listed = now),
    asked: () => ({ lists, ones }),
    /** Answers all that is asked, and what is asked because of it. */
    answer: async () => {
      for (let round = 0; round < 5; round += 1) {
        const now = waiting;
        waiting = [];
        for (const one of now) one();
        await vi.advanceTimersByTimeAsync(0);
      }
    },
  };
}
