/** A leader in a valley without a network: the answer is kept, survives a closed page, and is delivered once. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { issueWarning, launch, visit, withdrawAll } from './support';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('an answer given without a network is delivered once there is one', async () => {
  await withdrawAll();
  const { page, context, cut } = await visit(browser, 'leader', '/phone');
  await page.getByText('在线').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const callout = await issueWarning('red', `断网测试暴雨红色预警 ${Date.now()}`);
  await page.getByRole('heading', { name: callout.subject }).waitFor({ timeout: 20_000 });

  await context.setOffline(true);
  await cut();
  await page.getByRole('button', { name: '收到' }).click();
  await page.getByText('还没有送达').waitFor({ timeout: 1_000 });
  await page.close();

  const later = await context.newPage();
  await later.goto('/phone');
  await later.getByRole('heading', { name: callout.subject }).waitFor();
  await later.getByText('还没有送达').waitFor();
  expect(await later.locator('li.done').count()).toBe(1);

  const posts: string[] = [];
  later.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request.headers()['idempotency-key'] ?? '');
  });
  await context.setOffline(false);
  await later.locator('li.done', { hasText: '指挥中心已看到' }).waitFor({ timeout: 15_000 });
  expect(new Set(posts).size).toBe(1);
});
