/** A wall that is opened: its board comes over HTTP and the socket goes on from there; without HTTP the socket brings it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launch, visit } from './support';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('the board comes over HTTP, and no second one by the socket', async () => {
  const { page, heard } = await unopened();
  const board = page.waitForResponse((response) => response.url().endsWith('/api/v1/board'));
  await page.goto('/screen');
  expect((await board).status()).toBe(200);
  await page.getByText('在线').waitFor();
  expect(heard[0]).toMatchObject({ type: 'welcome', resumed: true });
  expect(heard.map((frame) => frame.type)).not.toContain('snapshot');
});

it('a board that cannot be fetched comes by the socket', async () => {
  const { page, heard } = await unopened();
  await page.route('**/api/v1/board', (route) => route.abort());
  await page.goto('/screen');
  await page.getByText('在线').waitFor();
  expect(heard.slice(0, 2)).toMatchObject([{ type: 'welcome', resumed: false }, { type: 'snapshot' }]);
});

/** Returns a page of somebody who is logged in, and what its socket will hear. */
async function unopened(): Promise<{ page: Page; heard: { type: string }[] }> {
  const { context } = await visit(browser, 'screen', '/login');
  const page = await context.newPage();
  const heard: { type: string }[] = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => void heard.push(JSON.parse(String(payload)) as { type: string }));
  });
  return { page, heard };
}
