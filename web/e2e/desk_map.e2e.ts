/** The map on the desk: it comes by itself, leaves the keys to the posts, folds away and stays as it was left. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { count, drawn, pick, report } from './map';
import { issueWarning, launch, seriousFaults, visit } from './support';

/** Not one of those that the other stories move. */
const UNIT = '990101-rubber_boat-04';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  await issueWarning('orange', `席位态势图测试暴雨橙色预警 ${Date.now()}`);
});
afterAll(() => browser.close());

it('shows what moves, and says that it is simulated', async () => {
  const { page, context, faults } = await visit(browser, 'dispatcher', '/desk');
  await page.locator('tbody tr').first().waitFor();
  await drawn(page);
  await report(UNIT, [114.45, 35.62], 0);
  await expect.poll(() => count(page, 'units'), { timeout: 20_000 }).toBeGreaterThanOrEqual(1);
  await expect.poll(() => pick(page, [114.45, 35.62]), { timeout: 30_000 }).toContain('演示车辆 · 模拟位置');
  await page.getByRole('group', { name: '图例' }).getByText('演示车辆 · 模拟位置').waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  // A click on the map takes no key away from the posts.
  await page.keyboard.press('ArrowDown');
  await page.locator('tr[aria-selected="true"]').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

it('folds away with one key, tells the posts nothing of it, and stays folded', async () => {
  const { page, context, faults } = await visit(browser, 'dispatcher', '/desk');
  await page.locator('tbody tr').first().waitFor();
  await page.keyboard.press('ArrowDown');
  const row = page.locator('tr[aria-selected="true"]');
  const id = await row.getAttribute('id');
  await drawn(page);

  await page.keyboard.press('t');
  await page.locator('section.map').waitFor({ state: 'detached' });
  expect(await row.getAttribute('id')).toBe(id);
  await page.reload();
  await page.locator('tbody tr').first().waitFor();
  await page.getByRole('button', { name: '打开', expanded: false }).waitFor();
  expect(await page.locator('section.map').count()).toBe(0);

  await page.keyboard.press('t');
  await drawn(page);
  expect(faults).toEqual([]);
  await context.close();
});
