/**
 * A leader's duties in his telephone's calendar: an address is made, read without a login, and shows nothing once it is ended.
 * The clerk sees who changed what of the roster as it happens.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type Browser } from 'playwright-core';
import { hold } from './desk';
import { asCommander, launch, seriousFaults, visit, withdrawAll } from './support';

const SOON_MS = 20_000;
const POST = '990101000000/duty_officer';
const HOUR_MS = 3_600_000;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('a leader subscribes to his duties and ends it again', async () => {
  await withdrawAll();
  const { page, faults } = await visit(browser, 'leader', '/phone');
  await page.getByRole('button', { name: '我的值班' }).click({ timeout: SOON_MS });
  await page.getByRole('button', { name: '订阅到手机日历' }).click({ timeout: SOON_MS });
  await page.getByRole('button', { name: '生成订阅地址' }).click();
  const address = (await page.locator('.address').textContent({ timeout: SOON_MS })) ?? '';
  const link = await page.getByRole('link', { name: '添加到手机日历' }).getAttribute('href');
  expect(link).toBe(address.replace(/^http:/, 'webcal:'));
  expect(await seriousFaults(page)).toEqual([]);
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/calendar-phone.png` });

  const stranger = await request.newContext();
  const read = await stranger.get(address);
  expect(read.headers()['content-type']).toContain('text/calendar');
  expect(await read.text()).toContain('BEGIN:VEVENT');

  const button = page.getByRole('button', { name: '按住停用' }).first();
  await hold(page, button);
  await page.getByText('还没有订阅。').waitFor({ timeout: SOON_MS });
  expect((await stranger.get(address)).status()).toBe(401);
  expect(faults).toEqual([]);
  await stranger.dispose();
});

it('the clerk reads who changed what of the roster, and subscribes to a post', async () => {
  const { page, faults } = await visit(browser, 'admin', '/admin');
  await page.getByRole('heading', { level: 1, name: '排班' }).waitFor({ timeout: SOON_MS });
  await page.locator('tbody td').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('j');
  const changes = page.getByRole('dialog', { name: /^变更记录/ });
  await changes.locator('tbody tr').first().waitFor({ timeout: SOON_MS });
  const reason = `变更记录测试 ${Date.now()}`;
  await substitute(reason);
  const line = changes.locator('tbody tr', { hasText: reason });
  await line.getByText(/^把 .*值班员 .* 的班换成/).waitFor({ timeout: SOON_MS });
  await changes.getByLabel('岗位').selectOption(POST);
  await line.waitFor({ timeout: SOON_MS });
  await changes.locator('input[name=first]').fill('2099-01-01');
  await line.waitFor({ state: 'detached', timeout: SOON_MS });
  await changes.getByRole('button', { name: '不限日期' }).click();
  await line.waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/roster-changes.png` });
  await page.keyboard.press('Escape');
  await changes.waitFor({ state: 'detached' });

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('c');
  const calendar = page.getByRole('dialog', { name: /^订阅日历/ });
  await calendar.getByRole('button', { name: '生成订阅地址' }).click({ timeout: SOON_MS });
  expect(await calendar.locator('.address').textContent({ timeout: SOON_MS })).toContain('?post=990101000000%2F');
  await hold(page, calendar.getByRole('button', { name: '按住停用' }).first());
  expect(faults).toEqual([]);
});

/** Has somebody else hold the county's post for an hour in two days. */
async function substitute(reason: string): Promise<void> {
  const commander = await asCommander();
  const { items } = (await (await commander.get('/api/v1/people?q=&area=990101000000&limit=5')).json()) as { items: { id: string }[] };
  const from = Math.ceil(Date.now() / HOUR_MS + 48) * HOUR_MS;
  const reply = await commander.post('/api/v1/overrides', {
    data: { post: POST, from: new Date(from).toISOString(), to: new Date(from + HOUR_MS).toISOString(), people: [items[0]?.id], reason },
  });
  if (reply.status() !== 201) throw new Error(`nobody can stand in: ${reply.status()} ${await reply.text()}`);
  await commander.dispose();
}
