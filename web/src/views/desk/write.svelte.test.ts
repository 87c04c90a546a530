import { expect, it, vi } from 'vitest';

// Words mark the page with its language as soon as they are there.
vi.stubGlobal('document', { documentElement: {} });
const { Unreachable } = await import('../../net/api');
const { Write } = await import('./write.svelte');

it('a repeat after a broken connection says the same key, and what is done is not said again', async () => {
  const write = new Write();
  const keys: string[] = [];
  const fail = async (key: string): Promise<void> => {
    keys.push(key);
    throw new Unreachable();
  };
  const succeed = async (key: string): Promise<boolean> => keys.push(key) > 0;
  await write.send(fail, 'draft');
  await write.send(succeed, 'draft');
  await write.send(succeed, 'draft');
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[1]);
});

it('another thing never goes under the key of one that may have been done', async () => {
  const write = new Write();
  const keys: string[] = [];
  const fail = async (key: string): Promise<void> => {
    keys.push(key);
    throw new Unreachable();
  };
  await write.send(fail, 'draft');
  await write.send(fail, 'approve');
  expect(keys[1]).not.toBe(keys[0]);
});
