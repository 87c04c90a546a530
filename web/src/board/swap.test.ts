import { expect, it } from 'vitest';

import { inReturnFor, isQuiet, openSwapOf, planOf, requestOf, swapsOf, type OwnDuty, type SwapView } from './swap';

const POST = { area: 'a', area_name: '示例县', post: 'a/lead_officer', post_title: '示例县带班领导' };
const NOW = Date.parse(day(3));

function day(n: number): string {
  return `2026-12-${String(n).padStart(2, '0')}T08:00:00+08:00`;
}

function duty(from: number, source: OwnDuty['source'] = 'rotation'): OwnDuty {
  return { ...POST, from: day(from), to: day(from + 1), source, with: [] };
}

function swap(id: string, more: Partial<SwapView> = {}): SwapView {
  const { from, to } = duty(5);
  const asker = { id: 'me', name: '甲' };
  return { id, stage: 'asked', asker, turn: { ...POST, from, to }, asked: [], reason: '', asked_at: day(1), lapses_at: from, may_decide: false, may_withdraw: false, ...more };
}

it('what is held for good stands apart, what is over is gone, and the next comes first', () => {
  const { standing, turns } = planOf([duty(9), duty(1, 'permanent'), duty(1), duty(3)], NOW);
  expect([standing.length, turns.map(({ from }) => from)]).toEqual([1, [day(3), day(9)]]);
});

it('only my own open question about the same time keeps a duty from being asked about again', () => {
  expect(openSwapOf(duty(5), [swap('over', { stage: 'lapsed' }), swap('mine')], 'me')?.id).toBe('mine');
  expect(openSwapOf(duty(6), [swap('mine')], 'me')).toBeUndefined();
  expect(openSwapOf(duty(5), [swap('theirs')], 'other')).toBeUndefined();
});

it('what waits for my word comes first, and what I have no part in not at all', () => {
  const asked = [{ person: { id: 'me', name: '甲' }, declined: false }];
  const theirs = { id: 'other', name: '乙' };
  const swaps = [
    swap('approved', { stage: 'approved' }), swap('foreign', { asker: theirs }),
    swap('open'), swap('to answer', { asker: theirs, asked, answer_by: 'o-1' }),
  ];
  expect(swapsOf(swaps, 'me').map(({ id }) => id)).toEqual(['to answer', 'open', 'approved']);
});

it('a duty in return is to come and at another time', () => {
  const duties = [duty(2), duty(5), duty(9)];
  expect(inReturnFor({ id: 'b', name: '乙', title: '', duties }, duty(5), NOW).map(({ from }) => from)).toEqual([day(9)]);
});

it('a question to everybody names nobody, and gives nothing in return', () => {
  const { post, from, to } = duty(5);
  expect(requestOf(duty(5), { inReturn: duty(9) }, '  ')).toEqual({ post, from, to });
  expect(requestOf(duty(5), { colleague: 'b', inReturn: duty(9) }, ' 出差 ')).toEqual({
    post, from, to, ask: ['b'], in_return: { post, from: day(9), to: day(10) }, reason: '出差',
  });
});

it('a warning is never put off for a look at my duties', () => {
  expect([isQuiet({ kind: 'warning' }), isQuiet({ kind: 'order' }), isQuiet({ kind: 'swap' })]).toEqual([false, false, true]);
});
