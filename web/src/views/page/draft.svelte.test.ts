import { beforeEach, expect, it, vi } from 'vitest';

import { Draft } from './draft.svelte';

interface Form {
  title: string;
  text: string;
}

const BLANK: Form = { title: '', text: '' };
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal('sessionStorage', {
    getItem: (slot: string) => kept.get(slot) ?? null,
    setItem: (slot: string, text: string) => void kept.set(slot, text),
    removeItem: (slot: string) => void kept.delete(slot),
  });
});

it('what was written before the page was loaded is there again and says so', () => {
  const before = new Draft('dispatcher', 'task.i-1', BLANK);
  expect([before.recall(), before.isRestored]).toEqual([BLANK, false]);
  before.keep({ title: '转移', text: '三组' });
  const after = new Draft('dispatcher', 'task.i-1', BLANK);
  expect([after.recall(), after.isRestored]).toEqual([{ title: '转移', text: '三组' }, true]);
});

it('it is its own writer’s and its own form’s', () => {
  new Draft('dispatcher', 'task.i-1', BLANK).keep({ title: '转移', text: '' });
  for (const [who, form] of [['commander', 'task.i-1'], ['dispatcher', 'task.i-2']] as const) {
    expect(new Draft(who, form, BLANK).recall()).toEqual(BLANK);
  }
});

it('what was sent or discarded, and a form that is blank again, leaves nothing', () => {
  const draft = new Draft('dispatcher', 'task.i-1', BLANK);
  draft.keep({ title: '转移', text: '' });
  draft.recall();
  expect([draft.forget(), draft.isRestored, kept.size]).toEqual([BLANK, false, 0]);
  draft.keep({ title: '转移', text: '' });
  draft.keep({ ...BLANK });
  expect(kept.size).toBe(0);
});

it('what an older page kept has the fields that came since, and what cannot be read is nothing', () => {
  kept.set('jiaoying.draft.dispatcher.task.i-1', '{"title":"转移"}');
  expect(new Draft('dispatcher', 'task.i-1', BLANK).recall()).toEqual({ title: '转移', text: '' });
  kept.set('jiaoying.draft.dispatcher.task.i-1', '{');
  const draft = new Draft('dispatcher', 'task.i-1', BLANK);
  expect([draft.recall(), draft.isRestored]).toEqual([BLANK, false]);
});

it('a browser that keeps nothing is written in all the same', () => {
  const refuse = (): never => {
    throw new Error('denied');
  };
  vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  const draft = new Draft('dispatcher', 'task.i-1', BLANK);
  draft.keep({ title: '转移', text: '' });
  expect([draft.recall(), draft.forget()]).toEqual([BLANK, BLANK]);
});
