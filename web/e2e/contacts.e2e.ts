/**
 * Telephones without a mouse: who is in doubt, one of them marked and tested with a held button, his answer on his page seen
 * while the list stays as it is, and the list of those who are not reached on paper, in both languages.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Locator, Page } from 'playwright-core';
import { goTo, hold } from './desk';
import { launch, seriousFaults, visit, withdrawAll } from './support';

const SOON_MS = 20_000;
/** The list is asked for again a while after an answer. */
const LATER_MS = 40_000;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('one in doubt is marked, tested and answers on his page, and nothing moves under the hand', async () => {
  await withdrawAll();
  const { page, faults, context } = await visit(browser, 'dispatcher', '/admin');
  const leader = await visit(browser, 'leader', '/phone');
  const me = (await (await leader.context.request.get('/api/v1/sessions/current')).json()) as { person: { id: string; name: string } };
  await goTo(page, '通讯核验');
  await page.getByText('模拟线路：接通不代表核验').first().waitFor({ timeout: SOON_MS });
  await page.getByText(/现行规则不要求核验/).waitFor();
  const rows = page.locator('[id^=contact-]');
  await rows.first().waitFor({ timeout: SOON_MS });
  expect(await page.getByRole('term').allTextContents()).toEqual(['已核验', '未核验', '空号', '无电话']);
  expect(await seriousFaults(page)).toEqual([]);

  const row = page.locator(`[id="contact-${me.person.id}"]`);
  await goDownTo(page, row);
  await page.keyboard.press('Space');
  await page.getByText('已标记 1 人').waitFor();
  const places = await ids(rows);
  await page.keyboard.press('t');
  const sheet = page.getByRole('dialog', { name: /^发核验/ });
  await sheet.getByText(`已标记的 1 人：${me.person.name}`).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'contacts-test');
  await hold(page, sheet.getByRole('button', { name: '按住：向 1 人发核验' }));
  await page.getByRole('status').filter({ hasText: '核验已发出' }).waitFor({ timeout: SOON_MS });
  const progress = page.getByRole('list', { name: '正在核验' });
  await progress.getByText('已应答 0/1').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('ArrowDown');

  // Asked twice he is not: the refusal says what to do.
  await goDownTo(page, row);
  await page.keyboard.press('Space');
  await page.keyboard.press('t');
  await sheet.waitFor();
  await page.keyboard.down('Enter');
  await sheet.getByRole('alert').filter({ hasText: '正在被问' }).waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  await answerOn(leader.context.request);
  await progress.getByText('已应答 1/1').waitFor({ timeout: SOON_MS });
  await row.locator('td').last().getByText('今天应答').waitFor({ timeout: LATER_MS });
  expect(await ids(rows)).toEqual(places);
  await keep(page, 'contacts-answered');
  expect([...faults, ...leader.faults]).toEqual([]);
  await leader.context.close();
  await context.close();
});

it('areas, the doubtful alone, the paper and both languages', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await goTo(page, '通讯核验');
  const rows = page.locator('[id^=contact-]');
  await rows.first().waitFor({ timeout: SOON_MS });
  const whole = await page.getByText(/^共 \d+ 人$/).textContent();
  await page.keyboard.press('PageDown');
  await page.getByText(/^共 \d+ 人$/).filter({ hasNotText: whole ?? '' }).waitFor({ timeout: SOON_MS });
  await rows.first().waitFor({ timeout: SOON_MS });

  await page.keyboard.press('d');
  await page.getByRole('button', { name: '只看有疑问的', pressed: true }).waitFor();
  expect(await rows.filter({ hasText: '已核验' }).count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'contacts-doubtful');

  // The page that lies beneath stays off the paper.
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  expect(await page.locator('body > .paper').count()).toBe(1);
  await page.locator('body > .paper').getByRole('heading', { name: /通讯核验未通过名单$/ }).waitFor();
  await keep(page, 'contacts-paper');
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Telephones' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'contacts-en');
  expect(faults).toEqual([]);
  await context.close();
});

/** Goes down the list until `row` is in hand. */
async function goDownTo(page: Page, row: Locator): Promise<void> {
  await row.waitFor({ timeout: SOON_MS });
  for (let n = 0; n < 100 && (await row.getAttribute('aria-current')) !== 'true'; n += 1) await page.keyboard.press('ArrowUp');
  for (let n = 0; n < 100 && (await row.getAttribute('aria-current')) !== 'true'; n += 1) await page.keyboard.press('ArrowDown');
  expect(await row.getAttribute('aria-current')).toBe('true');
}

async function ids(rows: Locator): Promise<string[]> {
  return rows.evaluateAll((found) => found.map(({ id }) => id));
}

/** Has the leader confirm on his page that he is reached. */
async function answerOn(leader: APIRequestContext): Promise<void> {
  const { items } = (await (await leader.get('/api/v1/obligations/mine')).json()) as { items: { id: string; kind: string; state: string }[] };
  const asked = items.find(({ kind, state }) => kind === 'contact_test' && state === 'ringing');
  if (asked === undefined) throw new Error('the leader is not asked');
  const reply = await leader.post(`/api/v1/obligations/${asked.id}/answer`, { data: { answer: 'acknowledged' } });
  expect(reply.status(), await reply.text()).toBe(200);
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
