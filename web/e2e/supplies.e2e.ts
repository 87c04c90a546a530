/**
 * Supplies without a mouse: boats and life jackets are found by their initials, too many are refused with who has the others
 * and where else there are some, the rest is held, issued, sent, received and brought back, and the written order's number
 * stops its clock.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { goTo } from './desk';
import { asCommander, launch, seriousFaults, visit } from './support';

const SOON_MS = 20_000;
const DEPOT = '990101-d';
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

interface Sums { free: number; held: number; out: number }
interface Movement { id: string; state: string; incident?: string; paper?: string; to: { name: string }; lines: { item: string; received: number; returned: number }[]; steps: { stage: string }[] }

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

it('boats and life jackets go out and come back by keyboard, and too many are refused with the reason', async () => {
  const place = `北堤 ${Date.now()}`;
  const before = { boat: await stock('boat'), life_jacket: await stock('life_jacket') };
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '物资');
  await page.getByRole('button', { name: /预占/ }).waitFor();
  await page.getByRole('button', { name: /冲锋舟/ }).waitFor({ timeout: SOON_MS });

  // Found by initials, in hand by Enter.
  await page.keyboard.press('/');
  await page.keyboard.type('cfz');
  await page.getByRole('heading', { level: 2, name: '冲锋舟' }).waitFor();
  const row = page.locator(`tr[data-depot="${DEPOT}"]`);
  expect(await row.locator('td').first().textContent()).toBe(String(before.boat.free));
  await page.keyboard.press('Enter');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'supplies-stock');

  // More boats than are there, and life jackets with them.
  await page.keyboard.press('y');
  const form = page.getByRole('dialog', { name: '预占物资' });
  await form.getByLabel(/冲锋舟 · 此处可用/).waitFor();
  await page.keyboard.type(String(before.boat.free + 1));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('jsy');
  await form.getByRole('option', { name: /救生衣/ }).waitFor();
  await page.keyboard.press('Enter');
  await form.getByLabel(/救生衣 · 此处可用/).waitFor();
  await page.keyboard.type('10');
  await form.getByLabel('送往地点').focus();
  await page.keyboard.type(place);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('罗守堤');
  await page.keyboard.press('Control+Enter');
  await form.getByRole('alert').filter({ hasText: /「数量」冲锋舟：库里只剩 \d+ 艘，要 \d+ 艘；附近：.+ \d+ 艘/ }).waitFor();
  await form.getByText('多要了 1 艘').waitFor();
  await form.getByText(/其他储备点可用：.*物资储备点 \d/).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'supplies-refused');
  expect(await stock('boat')).toEqual(before.boat);

  await form.getByLabel(/冲锋舟 · 此处可用/).fill('2');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 2, name: new RegExp(place) }).waitFor({ timeout: SOON_MS });
  const { id } = await movementTo(place);
  expect(await stock('boat')).toEqual({ ...before.boat, free: before.boat.free - 2, held: before.boat.held + 2 });

  // Step by step, each by one key and Enter.
  await step(page, 'c', '出库', '已出库');
  const papers = page.getByRole('region', { name: '待补书面指令' });
  await papers.getByRole('button', { name: new RegExp(`还剩 .*${id} `) }).waitFor();
  await step(page, 'f', '发运', '在途');
  await page.keyboard.press('q');
  const receipt = page.getByRole('dialog', { name: new RegExp(`签收 · ${id}`) });
  await receipt.getByText('最多 2 艘').waitFor();
  await page.keyboard.type('3');
  await page.keyboard.press('Enter');
  await receipt.getByRole('alert').filter({ hasText: '请按「最多」填写' }).waitFor();
  await receipt.getByLabel(/冲锋舟/).fill('2');
  expect(await receipt.getByLabel('签收人').inputValue()).toBe('罗守堤');
  await page.keyboard.press('Enter');
  await receipt.waitFor({ state: 'detached' });
  await seen(page, '已签收');
  expect((await one(id)).lines.map((line) => line.received)).toEqual([2, 10]);
  await keep(page, 'supplies-received');

  // The paper comes, and its clock is gone.
  await page.keyboard.press('w');
  const paper = page.getByRole('dialog', { name: /补书面指令文号/ });
  await paper.waitFor();
  await page.keyboard.type('调〔2026〕7号');
  await page.keyboard.press('Enter');
  await paper.waitFor({ state: 'detached' });
  await papers.getByRole('button', { name: new RegExp(`${id} `) }).waitFor({ state: 'detached' });

  await step(page, 'g', '归还', '已结清');
  const last = await one(id);
  expect([last.state, last.paper]).toEqual(['closed', '调〔2026〕7号']);
  expect(last.steps.map((done) => done.stage)).toEqual(['held', 'issued', 'transit', 'received', 'returned']);
  expect({ boat: await stock('boat'), life_jacket: await stock('life_jacket') }).toEqual(before);
  expect(faults).toEqual([]);
  await context.close();
});

it('one key leads from the dispatch of an incident to what the nearest depot has for it', async () => {
  const address = `柳河镇北堤 ${Date.now()} 号闸`;
  const incident = { kind: '11A04', address, point: [114.5, 35.6], course: '堤防渗漏', source: { way: 'phone' }, casualties: {}, drill: true };
  const received = await commander.post('/api/v1/incidents', { data: incident });
  expect(received.status(), await received.text()).toBe(201);
  const { id } = (await received.json()) as { id: string };
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await page.getByRole('navigation').waitFor();
  await page.keyboard.press('i');
  await page.locator(`#incident-${id}`).click({ timeout: SOON_MS });
  await page.locator('section.middle').getByText(address).first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('d');
  await page.getByRole('region', { name: '调派' }).getByRole('button', { name: /预占.*的物资/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('u');
  const form = page.getByRole('dialog', { name: '预占物资' });
  await form.waitFor({ timeout: SOON_MS });
  expect(await form.getByLabel('突发事件').inputValue()).toBe(id);
  expect(await form.getByLabel('送往地点').inputValue()).toBe(address);
  await form.getByLabel('调出储备点').locator('option:checked', { hasText: '公里' }).waitFor({ state: 'attached' });
  await form.getByLabel('接收人').focus();
  await page.keyboard.type('罗守堤');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 2, name: new RegExp(address) }).waitFor({ timeout: SOON_MS });
  await step(page, 's', '释放', '已结清');
  const released = await movementTo(address);
  expect([released.incident, released.state]).toEqual([id, 'closed']);
  await commander.post(`/api/v1/incidents/${id}/stage`, { data: { stage: 'unfounded', note: '测试结束' } });
  expect(faults).toEqual([]);
  await context.close();
});

it('whether a response can be supplied is said first, with what is missing, in both languages', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '物资');
  await page.keyboard.press('3');
  await page.getByRole('heading', { name: '能否保障Ⅱ级响应' }).waitFor();
  const answer = (await (await commander.get('/api/v1/supplies/readiness?level=2')).json()) as { ready: boolean; items: { name: string; missing: number }[] };
  const missing = answer.items.filter((item) => item.missing > 0);
  await page.getByRole('status').filter({ hasText: answer.ready ? '能保障Ⅱ级响应' : `不能保障Ⅱ级响应：${missing.length} 种物资不够` }).waitFor();
  for (const item of missing) await page.getByRole('row', { name: new RegExp(`${item.name}.*缺 ${item.missing}`) }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'supplies-readiness');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Can we supply a level II response?' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

it('a transfer order is printed from the server’s own sheet, and the list comes as a workbook', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '物资');
  await page.getByRole('button', { name: /预占/ }).waitFor();
  const book = await context.request.get('/api/v1/supplies/movements.xlsx');
  expect(book.headers()['content-disposition']).toContain('.xlsx');
  const [sheet] = await Promise.all([context.waitForEvent('page'), printFirst(page)]);
  await sheet.getByRole('heading', { name: '应急物资调拨单' }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

/** Takes one step with all there is, and waits for the state it leads to. */
async function step(page: Page, key: string, name: string, state: string): Promise<void> {
  await page.keyboard.press(key);
  const form = page.getByRole('dialog', { name: new RegExp(`^${name} · `) });
  await form.waitFor();
  await page.keyboard.press('Enter');
  await form.waitFor({ state: 'detached' });
  await seen(page, state);
}

async function seen(page: Page, state: string): Promise<void> {
  await page.locator('section.main b', { hasText: state }).first().waitFor({ timeout: SOON_MS });
}

/** Prints the order of the transfer in hand: the newest. */
async function printFirst(page: Page): Promise<void> {
  await page.keyboard.press('2');
  await page.locator('section.main h2').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('p');
}

async function stock(item: string): Promise<Sums> {
  const { items } = (await (await commander.get(`/api/v1/supplies/stock?item=${item}&depot=${DEPOT}`)).json()) as { items: Sums[] };
  const { free, held, out } = items[0] ?? { free: 0, held: 0, out: 0 };
  return { free, held, out };
}

async function movementTo(place: string): Promise<Movement> {
  const { items } = (await (await commander.get('/api/v1/supplies/movements?limit=50')).json()) as { items: Movement[] };
  const found = items.find((movement) => movement.to.name === place);
  if (found === undefined) throw new Error(`nothing was held for ${place}`);
  return found;
}

async function one(id: string): Promise<Movement> {
  return (await commander.get(`/api/v1/supplies/movements/${id}`)).json() as Promise<Movement>;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
