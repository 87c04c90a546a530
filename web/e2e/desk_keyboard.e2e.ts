/** A dispatcher without a mouse: finds a post, answers for it, and the record says how. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { issueWarning, launch, visit } from './support';

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('answering on behalf takes a few keys', async () => {
  const callout = await issueWarning('orange', `键盘测试暴雨橙色预警 ${Date.now()}`);
  const { page, faults } = await visit(browser, 'dispatcher', '/desk');
  await page.locator('button.card', { hasText: callout.subject }).last().click();
  await page.getByRole('heading', { name: callout.subject, level: 1 }).waitFor();
  await page.locator('tbody tr').first().waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('带班领导');
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowDown');
  const row = page.locator('tr[aria-selected="true"]');
  const id = await row.getAttribute('id');
  await page.keyboard.press('Enter');
  await page.getByRole('complementary').getByText('各级呼叫').waitFor();
  await page.keyboard.press('a');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type('已到指挥部');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.getByText('「已到指挥部」').waitFor();
  // The row stays under the cursor although it no longer waits.
  expect(await row.getAttribute('id')).toBe(id);
  await row.getByText('已应答').waitFor();
  expect(faults).toEqual([]);
});

it('a red warning is issued only by holding the button', async () => {
  const { page, faults } = await visit(browser, 'dispatcher', '/desk');
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('红Ⅰ').click();
  const hold = dialog.getByRole('button', { name: '按住 1.5 秒发布' });
  await hold.focus();
  await page.keyboard.down('Enter');
  await dialog.getByRole('alert').filter({ hasText: '「地区」必填' }).waitFor();
  await page.keyboard.up('Enter');

  await dialog.getByLabel('示例县全域').check();
  await dialog.getByText('478 个村').waitFor();
  await dialog.getByLabel('标题').fill(`按住测试 ${Date.now()}`);
  await hold.click();
  expect(await dialog.count()).toBe(1);
  await hold.focus();
  await page.keyboard.down('Enter');
  await dialog.waitFor({ state: 'detached', timeout: 20_000 });
  await page.keyboard.up('Enter');
  expect(faults).toEqual([]);
});
