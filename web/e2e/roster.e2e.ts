/**
 * The clerk's month without a mouse: the next month of a post is filled from a preview, leave is noted and seen at once, days
 * change places, and whoever looks from another desk sees all of it without loading the page again. A year's holidays are
 * entered and saved, and a rotation planned with what it would change.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Locator, Page } from 'playwright-core';
import { goTo } from './desk';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 20_000;
const POST = '990101000000/duty_officer';
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('the clerk fills the next month by keyboard, notes leave and changes days about, and the desk sees it happen', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  const desk = await visit(browser, 'dispatcher', '/admin');
  for (const one of [page, desk.page]) await nextMonth(one);
  expect(await seriousFaults(page)).toEqual([]);

  // The preview says whose turn it is and why, and changes nothing.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('f');
  const filling = page.getByRole('dialog', { name: /^填表/ });
  const first = filling.locator('tbody tr').first();
  await first.getByText(/最久未值|与前一日同一班/).waitFor({ timeout: SOON_MS });
  expect(await filling.getByLabel('岗位').locator('option:checked').textContent()).toBe('值班员');
  const [one, two] = ((await first.locator('td b').first().textContent()) ?? '').split('、');
  if (one === undefined || two === undefined) throw new Error('nobody is proposed');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'roster-fill');
  // Whoever was quicker is not overwritten unseen.
  const cover = await substitute(desk.context.request, await dayOf(page, 20));
  await holdFill(page);
  await filling.getByRole('status').filter({ hasText: '刚才有人改了这个岗位' }).waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await filling.getByRole('button', { name: /^按住/ }).and(page.locator(':enabled')).waitFor({ timeout: SOON_MS });
  await holdFill(page);
  await filling.getByRole('status').filter({ hasText: /值班员 .*已生效/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.keyboard.press('Escape');
  await filling.waitFor({ state: 'detached' });
  await page.locator('section[aria-live]').getByText('按值班表').waitFor({ timeout: SOON_MS });
  const cell = await cellOf(page, 1);
  await cell.getByText(`${one} ${two}`).waitFor({ timeout: SOON_MS });
  await (await cellOf(desk.page, 1)).getByText(`${one} ${two}`).waitFor({ timeout: SOON_MS });

  // Leave of somebody on the roster is marked where they stand.
  await page.keyboard.press('q');
  const leave = page.getByRole('dialog', { name: '登记请假' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await leave.getByRole('button', { name: `去掉${one}` }).waitFor();
  await leave.getByLabel(/缘由/).fill('外出培训');
  await page.keyboard.press('Control+Enter');
  await leave.waitFor({ state: 'detached' });
  await cell.getByText('请假').waitFor({ timeout: SOON_MS });
  await (await cellOf(desk.page, 1)).getByText('请假').waitFor({ timeout: SOON_MS });
  await page.getByText(new RegExp(`${one}请了假，仍排在班上`)).waitFor();
  await keep(page, 'roster-leave');

  // Two days change places.
  const [third, fourth] = [await cellOf(page, 3), await cellOf(page, 4)];
  const [before, after] = [await third.locator('.part').innerText(), await fourth.locator('.part').innerText()];
  expect(before).not.toBe(after);
  for (const key of ['ArrowDown', 'ArrowDown', 'x', 'ArrowDown', 'x']) await page.keyboard.press(key);
  const swap = page.getByRole('dialog', { name: /^对调值班/ });
  await swap.waitFor();
  await page.keyboard.press('Enter');
  await swap.waitFor({ state: 'detached' });
  await third.getByText(after).waitFor({ timeout: SOON_MS });
  await fourth.getByText(before).waitFor({ timeout: SOON_MS });

  expect((await desk.context.request.delete(`/api/v1/overrides/${cover}`)).status()).toBe(204);
  await substituteFromDesk(desk.page, one);
  await cell.getByText('代').waitFor({ timeout: SOON_MS });
  await cell.getByText('请假').waitFor({ state: 'detached', timeout: SOON_MS });
  await endLeaves(page);
  expect([...faults, ...desk.faults]).toEqual([]);
  await context.close();
  await desk.context.close();
});

it('who bears how much, whose turn it is, and every sheet of the page is accessible in both languages', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await page.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('ArrowDown');
  for (const [key, name] of [['l', '工作量'], ['o', '轮班表'], ['r', '日值班表'], ['w', '请假名单'], ['Enter', '值班员'], ['s', '代班'], ['e', '改表'], ['?', '快捷键']] as const) {
    await page.keyboard.press(key);
    const sheet = page.getByRole('dialog', { name: new RegExp(name) });
    await sheet.waitFor();
    await sheet.getByText('正在读取…').waitFor({ state: 'detached' });
    expect(await seriousFaults(page)).toEqual([]);
    await keep(page, `roster-${key}`);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Roster' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'roster-en');
  expect(faults).toEqual([]);
  await context.close();
});

it('a day of duty goes on one sheet of paper, with hours, names and numbers, from the roster and from the desk', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await page.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('r');
  const sheet = page.getByRole('dialog', { name: '日值班表' });
  await sheet.getByRole('row', { name: /^带班领导 08:00–次日08:00 .+ 1\d{10}$/ }).waitFor({ timeout: SOON_MS });
  await sheet.getByRole('row', { name: /^城关街道 \S+ 1\d{10}/ }).waitFor();
  const day = sheet.getByText(/^\d+年\d+月\d+日 星期/);
  const today = await day.innerText();
  await page.keyboard.press(']');
  await day.filter({ hasNotText: today }).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  // The month that lies beneath stays off the paper.
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  expect(await page.locator('body > .paper').count()).toBe(1);
  await page.locator('body > .paper').getByText('带班领导签字').waitFor();
  await keep(page, 'roster-day-paper');
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  const desk = await visit(browser, 'dispatcher', '/desk');
  await goTo(desk.page, '交接班');
  await desk.page.keyboard.press('r');
  await desk.page.getByRole('dialog', { name: '日值班表' }).getByText(today).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(desk.page)).toEqual([]);
  expect([...faults, ...desk.faults]).toEqual([]);
  await context.close();
  await desk.context.close();
});

it('a new rotation says whom it changes before it is in force from a day on', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await nextMonth(page);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.locator('section[aria-live]').getByText('备勤').waitFor();
  await page.keyboard.press('o');
  await page.getByRole('dialog', { name: /^轮班表/ }).getByText('现行').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('n');
  const plan = page.getByRole('dialog', { name: /^换轮班表/ });
  await plan.getByRole('status').filter({ hasText: '都不变' }).waitFor({ timeout: SOON_MS });
  await plan.getByRole('button', { name: '第 1 班后移' }).first().focus();
  await page.keyboard.press('Enter');
  await plan.getByRole('status').filter({ hasText: '段要换人' }).waitFor({ timeout: SOON_MS });
  await plan.locator('tbody tr').first().waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'roster-plan');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
  await plan.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.keyboard.press('o');
  await page.getByRole('dialog', { name: /^轮班表/ }).getByText('尚未开始').waitFor({ timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

it('a year of holidays is entered by keyboard and undone before it is saved, and the desk may only read it', async () => {
  const { page, faults, context } = await visit(browser, 'admin', '/admin');
  await goTo(page, '节假日');
  await page.locator('table').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press(']');
  const day = page.locator(`[id="day-${new Date().getFullYear() + 1}-01-01"]`);
  await day.waitFor();
  const was = await day.textContent();
  await page.keyboard.press('1');
  await page.getByText('改了 1 步，还没有保存').waitFor();
  expect(await day.textContent()).not.toBe(was);
  await page.keyboard.press('u');
  await page.getByText('还没有保存').waitFor({ state: 'detached' });
  expect(await day.textContent()).toBe(was);
  await page.keyboard.press('3');
  await page.keyboard.press('s');
  await page.getByRole('status').filter({ hasText: '已保存' }).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'holidays');

  const desk = await visit(browser, 'dispatcher', '/admin');
  await goTo(desk.page, '节假日');
  await desk.page.getByText('由管理员录入').waitFor({ timeout: SOON_MS });
  await desk.page.keyboard.press(']');
  await desk.page.locator(`[id="day-${new Date().getFullYear() + 1}-01-01"]`).getByText(/特/).waitFor();
  expect(await desk.page.getByRole('button', { name: /^保存/ }).count()).toBe(0);
  await page.keyboard.press('3');
  await page.keyboard.press('s');
  await desk.page.locator(`[id="day-${new Date().getFullYear() + 1}-01-01"]`).getByText(/特/).waitFor({ state: 'detached', timeout: SOON_MS });
  expect([...faults, ...desk.faults]).toEqual([]);
  await context.close();
  await desk.context.close();
});

/** The desk is not offered the fill; it puts a substitute for whoever is on leave. */
async function substituteFromDesk(page: Page, gone: string): Promise<void> {
  expect(await page.getByRole('button', { name: /^填表/ }).count()).toBe(0);
  await page.keyboard.press('f');
  await page.keyboard.press('ArrowDown');
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('s');
  const form = page.getByRole('dialog', { name: /^代班/ });
  await form.getByLabel('谁来值').first().waitFor();
  await page.keyboard.type('杨丰园');
  await form.getByRole('option', { name: /杨丰园.*备勤/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Enter');
  await form.getByLabel(/缘由/).fill(`${gone}请假`);
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await (await cellOf(page, 1)).getByText('杨丰园').waitFor({ timeout: SOON_MS });
  await keep(page, 'roster-desk');
}

async function holdFill(page: Page): Promise<void> {
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
}

/** Puts somebody else on duty for a morning, past every page; returns its number. */
async function substitute(desk: APIRequestContext, day: string): Promise<string> {
  const change = { post: POST, from: `${day}T08:00:00+08:00`, to: `${day}T12:00:00+08:00`, people: ['990101-33'], reason: '串班' };
  const reply = await desk.post('/api/v1/overrides', { data: change });
  expect(reply.status(), await reply.text()).toBe(201);
  return ((await reply.json()) as { id: string }).id;
}

/** Turns to the month after this one and waits for its sheet. */
async function nextMonth(page: Page): Promise<void> {
  await page.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press(']');
  await (await cellOf(page, 1)).waitFor({ timeout: SOON_MS });
}

async function cellOf(page: Page, day: number): Promise<Locator> {
  return page.locator(`[data-cell="${POST} ${await dayOf(page, day)}"]`);
}

/** The date of a day of the shown month. */
async function dayOf(page: Page, day: number): Promise<string> {
  const [year, month] = ((await page.locator('header strong').nth(1).textContent()) ?? '').match(/\d+/g) ?? [];
  return [year, month?.padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

/** Ends every leave, so that the story can be told again. */
async function endLeaves(page: Page): Promise<void> {
  await page.keyboard.press('w');
  const sheet = page.getByRole('dialog', { name: '请假名单' });
  const end = sheet.getByRole('button', { name: /销假/ }).first();
  await end.waitFor();
  await end.focus();
  await page.keyboard.press('Enter');
  await sheet.getByRole('button', { name: '再按一次：销假' }).waitFor();
  await page.keyboard.press('Enter');
  await sheet.getByText('现在和今后没有人请假').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
