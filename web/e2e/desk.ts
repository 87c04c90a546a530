/** What hands do at the desk: turn to a page by its number, go to a field, hold a button. */

import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';

const SOON_MS = 30_000;

/** The tab of the page of that name. */
export function tab(page: Page, name: string): Locator {
  return page.getByRole('navigation', { name: '页面' }).getByRole('button', { name: new RegExp(name) });
}

/** Turns to a page by H and the number that stands on its tab then. */
export async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^切换/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('h');
  const number = await tab(page, name).locator('kbd').textContent();
  await page.keyboard.press(number ?? '');
  await page.getByRole('heading', { level: 1, name }).waitFor({ timeout: SOON_MS });
}

/** Goes on by Tab to the field of that name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const at = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.getAttribute('name'));
  for (let n = 0; n < 30 && (await at()) !== name; n += 1) await page.keyboard.press('Tab');
  expect(await at()).toBe(name);
}

/** Holds a button by key until what it does is under way. */
export async function hold(page: Page, button: Locator): Promise<void> {
  await button.focus();
  await page.keyboard.down('Enter');
  await button.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
}

/** Holds what the sheet is for by its key, until the sheet is gone. */
export async function holdSheet(page: Page, sheet: Locator): Promise<void> {
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
  await sheet.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
}

/** Goes down the list until the entry is in hand that is called so. */
export async function inHand(page: Page, name: string): Promise<void> {
  const wanted = page.locator('[id^=row-]').filter({ hasText: name }).first();
  await wanted.waitFor({ timeout: SOON_MS });
  for (let n = 0; n < 30 && (await wanted.getAttribute('aria-current')) !== 'true'; n += 1) await page.keyboard.press('ArrowDown');
  for (let n = 0; n < 30 && (await wanted.getAttribute('aria-current')) !== 'true'; n += 1) await page.keyboard.press('ArrowUp');
  expect(await wanted.getAttribute('aria-current')).toBe('true');
}
