import { expect, it, vi } from 'vitest';

import { idOf, type Wanted } from '../../board/reinforcement';
import type { SwapView } from '../../board/swap';

// The page's board, its words and its clock belong to a page.
vi.stubGlobal('document', { visibilityState: 'visible', documentElement: {}, addEventListener: () => undefined });
vi.mock('../../live.svelte', () => ({ live: { board: undefined, onEvents: () => () => undefined } }));
vi.mock('../../clock.svelte', () => ({ clock: { now: 1, exact: () => 1 } }));
const { dutyChanges } = await import('../desk/duty_changes.svelte');
const { dutyPage } = await import('./page.svelte');

function swap(id: string, day: number): SwapView {
  const turn = { area: 'a', area_name: '示例县', post: 'a/lead_officer', post_title: '带班领导', from: `2026-12-0${day}T08:00:00+08:00`, to: `2026-12-0${day + 1}T08:00:00+08:00` };
  return { id, stage: 'taken', asker: { id: 'x', name: '甲' }, turn, asked: [], reason: '', asked_at: turn.from, lapses_at: turn.from, may_decide: true, may_withdraw: true };
}

function wanted(post: string, response: string, there = 0): Wanted {
  const place = { area: 'a', area_name: '示例县', post, post_title: '值班员', duty: 'duty_officer', duty_name: '值班员' };
  return { ...place, rule: 'level_2', title: 'Ⅱ级以上响应增援', response, add: 1, there, to: '2026-12-02T08:00:00+08:00', on_duty: [], could_come: [] };
}

function hear(swaps: SwapView[]): void {
  dutyChanges.swaps.value = swaps;
  dutyChanges.handovers.value = [];
  dutyPage.settle();
}

it('what a key is about stays the same while the list changes, and goes on from there once it is listed no more', () => {
  hear([swap('b', 4), swap('d', 6)]);
  expect([dutyPage.part, dutyPage.swap?.id, dutyPage.markOf('handovers')]).toEqual(['swaps', 'b', undefined]);
  expect([dutyPage.isNew('b'), dutyPage.isNew('a')]).toEqual([false, true]);

  // A more urgent one comes above it, and is new until it is taken in hand.
  hear([swap('b', 4), swap('d', 6), swap('a', 2)]);
  expect([dutyPage.swaps[0]?.id, dutyPage.swap?.id]).toEqual(['a', 'b']);
  dutyPage.move(-1);
  expect([dutyPage.swap?.id, dutyPage.isNew('a')]).toEqual(['a', false]);

  // Decided on, it is gone: nothing is in hand until a key takes the next.
  hear([swap('b', 4), swap('d', 6)]);
  expect(dutyPage.swap).toBeUndefined();
  dutyPage.move(1);
  expect(dutyPage.swap?.id).toBe('b');
});

it('posts that need more people are a part only while there are any, and a response leads to its own', () => {
  hear([swap('b', 4)]);
  dutyPage.turn(-1);
  expect([dutyPage.part, dutyPage.swap?.id]).toEqual(['swaps', 'b']);

  dutyChanges.reinforcements.value = [wanted('p', 'r-1'), wanted('q', 'r-2'), wanted('complete', 'r-2', 1)];
  dutyPage.settle();
  expect(dutyPage.part).toBe('swaps');
  dutyPage.turn(-1);
  expect([dutyPage.part, dutyPage.wanted?.post, dutyPage.lacking.length]).toEqual(['reinforcements', 'p', 2]);
  dutyPage.reinforce('r-2');
  expect(dutyPage.markOf('reinforcements')).toBe(idOf(wanted('q', 'r-2')));

  // Seen to: the keys go to what waits next.
  dutyChanges.reinforcements.value = [];
  dutyPage.settle();
  expect([dutyPage.part, dutyPage.wanted]).toEqual(['swaps', undefined]);
});
