/** Every page: nothing serious for axe, nothing from elsewhere, nothing on the console. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { issueWarning, launch, seriousFaults, visit, withdrawAll, type Path } from './support';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
  await issueAnew();
});
afterAll(() => browser.close());

async function issueAnew(): Promise<void> {
  await withdrawAll();
  await issueWarning('red', `无障碍测试暴雨红色预警 ${Date.now()}`);
}

const PAGES: [string | undefined, Path, string][] = [
  [undefined, '/login', 'form'], ['screen', '/screen', 'article'], ['leader', '/phone', 'article'],
  ['dispatcher', '/desk', 'tbody tr'], ['admin', '/admin', 'tbody tr'],
];

for (const [login, path, content] of PAGES) {
  it(`${path} is accessible and keeps to its own origin, in both languages`, async () => {
    const { page, faults, context } = await visit(browser, login, path);
    if (path === '/phone') await issueAnew();
    await page.locator(content).first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    if (path !== '/screen') {
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByRole('button', { name: '中文' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
      expect(await seriousFaults(page)).toEqual([]);
    }
    expect(faults).toEqual([]);
    // A wall that goes on drawing its map without a graphics card leaves the next page no time.
    await context.close();
  });
}

it('the desk’s dialogs and details are accessible', async () => {
  const { page } = await visit(browser, 'dispatcher', '/desk');
  await page.locator('tbody tr').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText('各级呼叫').waitFor();
  // `a` is first: the simulated person answers by himself before long, and then nobody has to.
  for (const key of ['a', 'n', 'm', 'p', 'w', 'x', '?']) {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await page.getByText('各级呼叫').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});
