/** The story of the whole product: a red warning, a leader's phone, one press, and the wall that changes. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { asCommander, issueWarning, launch, visit, withdrawAll } from './support';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('a red warning rings the leader, who answers, and the wall shows it without being loaded again', async () => {
  await withdrawAll();
  const wall = await visit(browser, 'screen', '/screen');
  const leader = await visit(browser, 'leader', '/phone');
  await wall.page.getByRole('heading', { level: 1 }).waitFor();
  await leader.page.getByText('在线').waitFor();
  await wall.page.evaluate(() => void Object.assign(window, { isSamePage: true }));

  const callout = await issueWarning('red', `端到端测试暴雨红色预警 ${Date.now()}`);

  await leader.page.getByRole('heading', { name: callout.subject }).waitFor({ timeout: 20_000 });
  await wall.page.getByRole('heading', { name: callout.subject, level: 2 }).waitFor({ timeout: 20_000 });
  const shown = async (): Promise<number> => Number(await wall.page.locator('.count .done').textContent());
  const before = await shown();

  const answer = leader.page.getByRole('button', { name: '收到' });
  const box = await answer.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(96);
  expect(box?.y).toBeGreaterThan(844 / 2);
  expect(box?.width).toBeGreaterThan(390 * 0.85);
  // Kept at once, delivered when the server has it, seen when it has come back.
  const feedback_ms = await answer.evaluate(async (button: HTMLButtonElement) => {
    const pressed = performance.now();
    button.click();
    while (document.querySelector('li.done') === null) await new Promise(requestAnimationFrame);
    return performance.now() - pressed;
  });
  expect(feedback_ms).toBeLessThan(1_000);
  await leader.page.locator('li.done', { hasText: '指挥中心已看到' }).waitFor({ timeout: 20_000 });
  await expect.poll(shown, { timeout: 20_000 }).toBeGreaterThan(before);
  const { answered } = (await (await (await asCommander()).get(`/api/v1/callouts/${callout.id}`)).json()) as { answered: number };
  expect(answered).toBeGreaterThan(before);
  expect(await wall.page.evaluate(() => 'isSamePage' in window)).toBe(true);
  expect([...wall.faults, ...leader.faults]).toEqual([]);
});

it('a cut connection says so within seconds, looks stale, and comes back by itself', async () => {
  const wall = await visit(browser, 'screen', '/screen');
  await wall.page.getByRole('heading', { level: 1 }).waitFor();
  const banner = wall.page.getByRole('status');
  expect(await banner.count()).toBe(0);

  await wall.cut();
  await banner.waitFor({ timeout: 10_000 });
  await expect.poll(() => banner.textContent()).toContain('正在重连');
  await wall.page.locator('main.stale').waitFor({ timeout: 30_000 });
  await expect.poll(() => banner.textContent()).toMatch(/画面为 \d\d:\d\d:\d\d 数据/);

  wall.mend();
  await banner.waitFor({ state: 'detached', timeout: 15_000 });
  expect(await wall.page.locator('main.stale').count()).toBe(0);
});
