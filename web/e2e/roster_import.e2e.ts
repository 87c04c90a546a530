/**
 * The clerk brings in a duty table of their own without a mouse: what is wrong is told by its cell, whoever a misspelt name
 * means is chosen by a digit, the names stand in the month's sheet, and what stood there before comes back. A workbook that
 * went out comes in again, and a layout that nobody knows counts only once somebody has looked.
 */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Locator, Page } from 'playwright-core';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 20_000;
const COUNTY = '990101000000';
const POST = `${COUNTY}/duty_officer`;
/** Months ahead: other stories fill the next one. */
const AHEAD = 2;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

interface Person { id: string; name: string; area: string }

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('a table with a misspelt name is brought in by keyboard, stands in the sheet, and is taken back', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  const month = await monthAhead(page);
  const cell = page.locator(`[data-cell="${POST} ${month}-03"]`);
  const before = await cell.innerText();
  const [one, two, three] = await staff(context.request, before);
  const near = `${two.name.slice(0, -1)}鑫`;
  await page.keyboard.press('i');
  const sheet = page.getByRole('dialog', { name: '导入值班表' });
  await sheet.getByText('把值班表文件拖到这里').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-empty');

  // What is wrong is told by its cell, and nothing of such a file can be held.
  await choose(page, '一月.csv', table(month, ['', one.name]).replace('-02,', '-32,'));
  await sheet.getByRole('row', { name: /第 2 行.*值班人员/ }).waitFor({ timeout: SOON_MS });
  await sheet.getByRole('row', { name: /第 3 行「日期」列/ }).waitFor();
  expect(await sheet.getByRole('button', { name: /导入/ }).last().isEnabled()).toBe(false);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-faults');

  await choose(page, '一月值班表.csv', table(month, [one.name, three.name, near, one.name, near]));
  await sheet.getByRole('status').filter({ hasText: '还有 1 个名字未定' }).first().waitFor({ timeout: SOON_MS });
  await sheet.getByText('第 4、6 行「值班人员」列').waitFor();
  await sheet.getByText(new RegExp(`${Number(month.slice(5))}月1日至${Number(month.slice(5))}月5日`)).first().waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-names');
  // Closed is not let go of.
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^接着导入/ }).waitFor();
  await page.keyboard.press('i');
  const meant = sheet.getByRole('button', { name: new RegExp(`^${two.name}`) });
  await page.keyboard.press((await meant.locator('kbd').textContent()) ?? '');
  await sheet.getByRole('status').filter({ hasText: '名字都定了' }).waitFor();
  await sheet.getByText(`✓ ${two.name}`).waitFor();

  // Put right and chosen again, the same file finds whoever was chosen still chosen.
  await choose(page, '一月值班表.csv', table(month, [one.name, three.name, near, three.name, near]));
  await sheet.getByRole('status').filter({ hasText: '名字都定了' }).waitFor({ timeout: SOON_MS });
  await sheet.getByText(`✓ ${two.name}`).waitFor();

  // Whoever was quicker is not overwritten unseen, and the choice is kept.
  const held = sheet.getByRole('button', { name: /按住 1.5 秒：导入 1 个岗位 5 条/ });
  await held.and(page.locator(':enabled')).waitFor({ timeout: SOON_MS });
  const cover = await substitute(context.request, `${month}-20`);
  await hold(page);
  await sheet.getByRole('status').filter({ hasText: '刚才有人改了' }).waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await sheet.getByText(`✓ ${two.name}`).waitFor();
  await held.and(page.locator(':enabled')).waitFor({ timeout: SOON_MS });
  await keep(page, 'import-ready');
  await hold(page);
  await sheet.waitFor({ state: 'detached', timeout: SOON_MS });
  // A key that is still down opens nothing beneath.
  for (let n = 0; n < 3; n += 1) await page.keyboard.down('Enter');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.up('Enter');
  await cell.getByText(two.name).waitFor({ timeout: SOON_MS });
  await page.getByRole('status').filter({ hasText: '已导入 一月值班表.csv：5 条' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-done');
  expect((await context.request.delete(`/api/v1/overrides/${cover}`)).status()).toBe(204);

  await page.keyboard.press('z');
  const earlier = page.getByRole('dialog', { name: '导入记录' });
  await earlier.getByRole('row', { name: /一月值班表\.csv.*admin.*5 条.*生效中/ }).first().waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-earlier');
  await hold(page);
  await earlier.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('status').filter({ hasText: '已撤销导入 一月值班表.csv' }).waitFor();
  await cell.getByText(two.name).waitFor({ state: 'detached', timeout: SOON_MS });
  expect(await cell.innerText()).toBe(before);
  await page.keyboard.press('z');
  await earlier.getByRole('row', { name: /一月值班表\.csv.*由 admin 撤销/ }).first().waitFor({ timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

it('a month that went out as a workbook is read again, and every day is shown before and after', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await monthAhead(page);
  const coming = page.waitForEvent('download');
  await page.keyboard.press('d');
  const book = await coming;
  await page.keyboard.press('i');
  const sheet = page.getByRole('dialog', { name: '导入值班表' });
  await page.locator('input[name="file"]').setInputFiles({ name: '导出.xlsx', mimeType: 'application/octet-stream', buffer: readFileSync(await book.path()) });
  await sheet.getByText('一天或一周一行，岗位分列').waitFor({ timeout: SOON_MS });
  await sheet.getByRole('button', { name: /按住 1.5 秒：导入/ }).and(page.locator(':enabled')).waitFor({ timeout: SOON_MS });
  const first = sheet.locator('summary').first();
  await first.focus();
  await page.keyboard.press('Enter');
  await sheet.locator('details tbody tr').nth(20).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-workbook');
  await sheet.getByRole('button', { name: '放弃这个文件' }).click();
  await sheet.getByText('把值班表文件拖到这里').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^导入/ }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

it('a layout nobody knows is a guess that somebody has to accept, and the desk is not offered any of it', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  const month = await monthAhead(page);
  const [one, two] = await staff(context.request);
  const rows = [1, 2, 3].map((day) => `${Number(month.slice(5))}月${day}日,${one.name},${two.name}`);
  await page.keyboard.press('i');
  const sheet = page.getByRole('dialog', { name: '导入值班表' });
  await choose(page, '一览.csv', `值守一览\n哪天,今日带班领导姓名,值守同志（人）\n${rows.join('\n')}\n`);
  await sheet.getByText(`先按 ${month.slice(0, 4)} 年读`).waitFor({ timeout: SOON_MS });
  await sheet.getByRole('status').filter({ hasText: '请先看过猜的格式并认可' }).waitFor({ timeout: SOON_MS });
  const held = sheet.getByRole('button', { name: /按住 1.5 秒：导入 2 个岗位 6 条/ });
  expect(await held.isEnabled()).toBe(false);
  await sheet.getByLabel('看过了，猜得对').focus();
  await page.keyboard.press('Space');
  await held.and(page.locator(':enabled')).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-guess');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'English' }).click();
  await page.keyboard.press('i');
  await page.getByRole('dialog', { name: 'Import a duty table' }).getByText('No known layout').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'import-en');

  const desk = await visit(browser, 'dispatcher', '/admin');
  await desk.page.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  await desk.page.getByRole('button', { name: /^导出/ }).waitFor();
  for (const key of ['i', 'z']) await desk.page.keyboard.press(key);
  expect(await desk.page.getByRole('dialog').count()).toBe(0);
  expect([...faults, ...desk.faults]).toEqual([]);
  await context.close();
  await desk.context.close();
});

/** A day a line from the first of the month on. */
function table(month: string, names: readonly string[]): string {
  const lines = names.map((name, index) => `${month}-${String(index + 1).padStart(2, '0')},990101,值班员,${name}`);
  return `日期,区划代码,岗位,值班人员\n${lines.join('\n')}\n`;
}

async function choose(page: Page, name: string, text: string): Promise<void> {
  await page.locator('input[name="file"]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
}

async function hold(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
}

/** People of the county itself whose name nobody else bears and who are not on duty already. */
async function staff(admin: APIRequestContext, onDuty = ''): Promise<[Person, Person, Person]> {
  const reply = await admin.get(`/api/v1/people?area=${COUNTY}&limit=500`);
  const { items } = (await reply.json()) as { items: Person[] };
  const own = items.filter((person) => person.area === COUNTY && !onDuty.includes(person.name) && items.filter(({ name }) => name === person.name).length === 1);
  const [one, two, three] = own;
  if (one === undefined || two === undefined || three === undefined) throw new Error(`too few people: ${await reply.text()}`);
  return [one, two, three];
}

/** Puts somebody else on duty for a morning, past every page; returns its number. */
async function substitute(admin: APIRequestContext, day: string): Promise<string> {
  const change = { post: POST, from: `${day}T08:00:00+08:00`, to: `${day}T12:00:00+08:00`, people: ['990101-33'], reason: '串班' };
  const reply = await admin.post('/api/v1/overrides', { data: change });
  expect(reply.status(), await reply.text()).toBe(201);
  return ((await reply.json()) as { id: string }).id;
}

/** Turns to a month ahead, waits for its sheet, and says which it is. */
async function monthAhead(page: Page): Promise<string> {
  await page.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  for (let n = 0; n < AHEAD; n += 1) await page.keyboard.press(']');
  const [year, month] = ((await page.locator('header strong').nth(1).textContent()) ?? '').match(/\d+/g) ?? [];
  const said = `${year}-${month?.padStart(2, '0')}`;
  const cell: Locator = page.locator(`[data-cell="${POST} ${said}-01"]`);
  await cell.waitFor({ timeout: SOON_MS });
  return said;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
