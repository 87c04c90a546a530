/**
 * People brought to safety without a mouse: an order is looked at, held and given, the numbers come in and roll up, the shelter
 * fills, and they go home. The call rests with a village's own post, and ends with the order.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { goTo } from './desk';
import { asCommander, launch, seriousFaults, visit } from './support';

const SOON_MS = 20_000;
const SHELTER = '990101101-s';
const PEOPLE = 7;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

interface Shelter { id: string; name: string; people: number; expected: number }
interface Transfer { id: string; state: string; from: { name: string }; moved: number; refusing: number }
interface Order { id: string; title: string; state: string; drill: boolean; moved: number; planned: number; rollup: { moved: number }[] }

let browser: Browser;
let commander: APIRequestContext;
beforeAll(async () => {
  browser = await launch();
  commander = await asCommander();
});
afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
});

it('those of one place are moved, counted and brought home by keyboard, and the numbers roll up', async () => {
  const place = `河滩 ${Date.now()}`;
  const before = await shelter();
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '转移安置');
  await page.getByText('安置点合计').waitFor();

  // Whom, from where to where, by when; who is called is seen before anything is sent.
  await page.keyboard.press('z');
  const form = page.getByRole('dialog', { name: '下达转移' });
  await form.getByText(/将呼叫 \d+ 个岗位|没有需要转移的/).first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.type('于家林');
  await form.getByRole('option', { name: /于家林村/ }).first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type(place);
  await page.keyboard.press('Tab');
  await page.keyboard.type(String(PEOPLE));
  await form.getByText(`转移 ${PEOPLE} 人，1 处，将呼叫 1 个岗位`).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Tab');
  await form.locator('select[name="to"]').selectOption(SHELTER);
  await form.getByRole('cell', { name: new RegExp(before.name) }).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'evacuation-order');
  await form.getByRole('button', { name: `按住 1.5 秒：下达转移 ${PEOPLE} 人` }).and(page.locator(':enabled')).waitFor();
  expect(await ordered(place)).toBeUndefined();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
  await form.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('heading', { level: 2, name: new RegExp(place) }).waitFor({ timeout: SOON_MS });
  expect(await shelter()).toEqual({ ...before, expected: before.expected + PEOPLE });

  // Numbers as they are told: fewer than before is refused without a word why.
  await report(page, '5');
  await moved(page, 5);
  const refused = await report(page, '4', false);
  await refused.getByRole('alert').filter({ hasText: '「说明」比上次报的少，请在说明里写明原因' }).waitFor();
  await refused.getByLabel(/^说明/).focus();
  await page.keyboard.type('有一人自行返回取药');
  await page.keyboard.press('Enter');
  await refused.waitFor({ state: 'detached' });
  await moved(page, 4);
  const order = await ordered(place);
  expect([order?.moved, order?.planned, order?.rollup[0]?.moved]).toEqual([4, PEOPLE, 4]);
  expect((await shelter()).people).toBe(before.people + 4);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'evacuation-progress');
  await report(page, String(PEOPLE));
  await moved(page, PEOPLE);

  // The shelter's own page counts them, too many are refused with where there is room.
  await page.keyboard.press('2');
  const row = page.locator(`#shelter-${SHELTER}`);
  await row.getByText(`${before.people + PEOPLE} / `).first().waitFor({ timeout: SOON_MS });
  while ((await row.getAttribute('aria-current')) !== 'true') await page.keyboard.press('ArrowDown');
  await page.keyboard.press('r');
  const count = page.getByRole('dialog', { name: /登记人数/ });
  await count.waitFor();
  await page.keyboard.type('99999');
  await page.keyboard.press('Enter');
  await count.getByRole('alert').filter({ hasText: /安置点只能再住 \d+ 人，要住 \d+ 人；附近：.+请换安置点/ }).waitFor();
  await count.getByText(/还有空位：/).waitFor();
  await count.getByLabel('人数').fill(String(before.people + PEOPLE));
  await page.keyboard.press('Enter');
  await count.waitFor({ state: 'detached' });
  await row.getByText(/dispatcher/).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'evacuation-shelters');

  // Home again: somebody permits it, held; then they have left.
  await page.keyboard.press('1');
  await page.keyboard.press('f');
  const permit = page.getByRole('dialog', { name: '允许返回' });
  await permit.waitFor();
  await page.keyboard.type('县长');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.down('Enter');
  await permit.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('row', { name: new RegExp(`${place}.*返回中`) }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('g');
  const home = page.getByRole('dialog', { name: '已返回' });
  await home.waitFor();
  await page.keyboard.press('Enter');
  await home.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: new RegExp(`${place}.*已返回`) }).waitFor({ timeout: SOON_MS });
  expect((await ordered(place))?.state).toBe('ended');
  expect(await shelter()).toEqual(before);
  expect(faults).toEqual([]);
  await context.close();
});

it('a drill from a point of risk is called off with the reason, and fills no shelter', async () => {
  const before = await shelter();
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '转移安置');
  await page.keyboard.press('3');
  await page.locator('tr[aria-current="true"]').getByText('未整治').waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'evacuation-risks');
  const name = await page.locator('tr[aria-current="true"] th').evaluate((cell) => cell.firstChild?.textContent?.trim() ?? '');
  await page.keyboard.press('z');
  const form = page.getByRole('dialog', { name: '下达转移' });
  await form.waitFor();
  await page.keyboard.type('6');
  await form.getByLabel(/^演练/).focus();
  await page.keyboard.press('Space');
  await form.getByText('【演练】转移 6 人，1 处，将呼叫 1 个岗位').waitFor({ timeout: SOON_MS });
  await form.getByRole('button', { name: /按住 1.5 秒/ }).and(page.locator(':enabled')).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
  await form.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('heading', { level: 2, name: new RegExp(`【演练】.*${name}6人`) }).waitFor({ timeout: SOON_MS });
  expect(await shelter()).toEqual(before);

  await page.keyboard.press('q');
  const off = page.getByRole('dialog', { name: '取消转移' });
  await off.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.down('Enter');
  await off.getByRole('alert').filter({ hasText: '「取消原因」必填' }).waitFor();
  await page.keyboard.up('Enter');
  await off.getByLabel('取消原因').focus();
  await page.keyboard.type('演练结束');
  await page.keyboard.press('Tab');
  await page.keyboard.down('Enter');
  await off.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('row', { name: new RegExp(`${name}.*已取消`) }).waitFor({ timeout: SOON_MS });
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Evacuation' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  const drill = (await orders()).find((order) => order.drill && order.title.includes(name));
  const { items } = (await (await commander.get(`/api/v1/evacuations/${drill?.id}/transfers`)).json()) as { items: Transfer[] };
  expect(items.map((transfer) => transfer.state)).toEqual(['called_off']);
  await commander.post(`/api/v1/evacuations/${drill?.id}/return`, { data: { permitted_by: '演练导调' } });
  expect(faults).toEqual([]);
  await context.close();
});

/** Says how many are moved; the form is still open where it was refused. */
async function report(page: Page, people: string, isTaken = true) {
  await page.keyboard.press('j');
  const form = page.getByRole('dialog', { name: '报进度' });
  await form.waitFor();
  await page.keyboard.type(people);
  await page.keyboard.press('Enter');
  if (isTaken) await form.waitFor({ state: 'detached' });
  return form;
}

async function moved(page: Page, people: number): Promise<void> {
  await page.locator(`b[data-moved="${people}"]`).waitFor({ timeout: SOON_MS });
}

async function shelter(): Promise<Shelter> {
  const { items } = (await (await commander.get('/api/v1/shelters')).json()) as { items: Shelter[] };
  const found = items.find((one) => one.id === SHELTER);
  if (found === undefined) throw new Error(`no shelter ${SHELTER}`);
  const { id, name, people, expected } = found;
  return { id, name, people, expected };
}

async function orders(): Promise<Order[]> {
  return ((await (await commander.get('/api/v1/evacuations?limit=100')).json()) as { items: Order[] }).items;
}

async function ordered(place: string): Promise<Order | undefined> {
  return (await orders()).find((order) => order.title.includes(place));
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
