/**
 * A roll call without a mouse: begun at the desk, followed on its board and on the wall while one post answers and another is
 * answered for, put off the wall by a red warning, and looked up in its month.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { asCommander, issueWarning, launch, seriousFaults, visit, withdrawAll } from './support';

const SOON_MS = 20_000;
/** Five hundred calls begin at once. */
const BUSY_MS = 60_000;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('a roll call is begun at the desk and followed on its board and on the wall', async () => {
  await withdrawAll();
  const subject = `早点名 ${Date.now()}`;
  const { page, faults } = await visit(browser, 'dispatcher', '/desk');
  const wall = await visit(browser, 'screen', '/screen');
  await page.getByRole('button', { name: /^点名板/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('d');
  await page.getByRole('heading', { level: 1, name: '点名' }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('n');
  const form = page.getByRole('dialog');
  expect(await form.getByRole('radio', { name: '抽查' }).isChecked()).toBe(true);
  await page.keyboard.type(subject);
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });

  const tiles = page.locator('main li.large');
  await page.getByRole('heading', { level: 2, name: subject }).waitFor({ timeout: SOON_MS });
  await tiles.nth(11).waitFor({ timeout: SOON_MS });
  await wall.page.getByRole('region', { name: subject }).locator('li.large').nth(11).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  if (SHOTS !== undefined) await wall.page.screenshot({ path: `${SHOTS}/roll-call-wall.png` });

  // Whoever answers stays where he stood; the counts move.
  const places = await tiles.locator('.where').allTextContents();
  const name = await answerFor(subject, places.length - 1);
  for (const board of [page, wall.page]) await board.locator('li.on_post', { hasText: name }).waitFor({ timeout: SOON_MS });
  expect(await tiles.locator('.where').allTextContents()).toEqual(places);
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/roll-call-desk.png` });

  // A red warning is never behind it.
  const warning = await issueWarning('red', `点名时暴雨红色预警 ${Date.now()}`);
  await wall.page.getByRole('article', { name: warning.subject }).waitFor({ timeout: BUSY_MS });
  expect(await wall.page.getByRole('region', { name: subject }).count()).toBe(0);

  await page.keyboard.press('t');
  const month = page.getByRole('dialog', { name: /值班抽查统计$/ });
  await month.getByText(/^抽查 \d+ 次/).first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('[');
  await month.getByText('这个月没有抽查。').waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await month.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^发布预警/ }).waitFor({ timeout: SOON_MS });
  expect([...faults, ...wall.faults]).toEqual([]);
  await withdrawAll();
});

/** Has the commander answer for one of the posts; returns by whose name. */
async function answerFor(subject: string, index: number): Promise<string> {
  const commander = await asCommander();
  const { items: callouts } = (await (await commander.get('/api/v1/callouts?open=true')).json()) as { items: { id: string; subject: string }[] };
  const callout = callouts.find((one) => one.subject === subject);
  const found = await commander.get(`/api/v1/callouts/${callout?.id}/obligations?state=ringing&limit=50`);
  const { items } = (await found.json()) as { items: { id: string; asked: { person: { id: string; name: string } }[] }[] };
  const one = items[Math.min(index, items.length - 1)];
  const person = one?.asked[0]?.person;
  if (one === undefined || person === undefined) throw new Error('nobody is being called');
  const reply = await commander.post(`/api/v1/obligations/${one.id}/answer`, {
    data: { answer: 'acknowledged', on_behalf_of: person.id, via: '座机', note: '在岗' },
  });
  if (!reply.ok()) throw new Error(`the desk cannot answer: ${reply.status()} ${await reply.text()}`);
  await commander.dispose();
  return person.name;
}
