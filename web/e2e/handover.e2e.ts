/**
 * Duty that changes hands, at the desk without a mouse: a swap that a colleague has taken is approved and stands on the roster, a
 * post's change of shift is signed for by both sides and leaves a record, and what is wrong with the roster leads to its cell.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { goTo, inHand, tab, tabTo } from './desk';
import { asCommander, launch, seriousFaults, visit, withdrawAll } from './support';

const SOON_MS = 20_000;
const DAYS_AHEAD = 60;
const TOWNSHIP = '990101001000';
const POST = `${TOWNSHIP}/duty_officer`;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('the desk approves a swap by one key, and the roster says who is on duty', async () => {
  await withdrawAll();
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  const leader = await visit(browser, 'leader', '/phone');
  await goTo(page, '交接班');
  expect(await seriousFaults(page)).toEqual([]);

  const swap = await askedByLeader(leader.context.request);
  const row = page.locator('[id^=row-]').filter({ hasText: '等同事答复' }).filter({ hasText: `${swap.asker} 请人替` });
  await row.getByText('新', { exact: true }).waitFor({ timeout: SOON_MS });
  await takenBy(swap.id, swap.taker);
  const waiting = page.locator('[id^=row-]').filter({ hasText: `${swap.taker} 替 ${swap.asker}` });
  await waiting.getByText('待批准').waitFor({ timeout: SOON_MS });
  await tab(page, '交接班').getByText('待批 1').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await inHand(page, `${swap.taker} 替 ${swap.asker}`);
  await page.keyboard.press('x');
  const refusal = page.getByRole('dialog', { name: /^退回换班/ });
  await refusal.getByLabel(/为什么退回/).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'handover-refuse');
  await page.keyboard.press('Escape');
  await refusal.waitFor({ state: 'detached' });
  await page.keyboard.press('a');
  await page.getByRole('status').filter({ hasText: `已批准：${swap.taker}` }).waitFor({ timeout: SOON_MS });
  await waiting.waitFor({ state: 'detached', timeout: SOON_MS });

  const roster = await visit(browser, 'dispatcher', '/admin');
  await roster.page.goto(`/admin?post=${encodeURIComponent(swap.post)}&date=${swap.from.slice(0, 10)}`);
  await roster.page.locator(`[data-cell="${swap.post} ${swap.from.slice(0, 10)}"].chosen`).getByText(swap.taker).waitFor({ timeout: SOON_MS });
  expect([...faults, ...roster.faults]).toEqual([]);
  for (const one of [context, leader.context, roster.context]) await one.close();
});

it('both sides sign a change of shift at the desk, what they say is on record, and it waits no more', async () => {
  await withdrawAll();
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '交接班');
  const { id: cover, name } = await substituted(context.request);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await inHand(page, `接班 ${name}`);
  await tab(page, '交接班').getByText(/未签/).waitFor({ timeout: SOON_MS });
  await keep(page, 'handover-open');

  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: /^交接班/ });
  await sheet.getByText(`接班：${name}`).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Control+Enter');
  await sheet.getByRole('alert').filter({ hasText: '谁签字' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Space');
  await tabTo(page, 'note');
  await page.keyboard.type('三号水库泄洪闸待修');
  await page.keyboard.press('Control+Enter');
  await sheet.locator('tr', { hasText: '交班' }).getByText('三号水库泄洪闸待修').waitFor({ timeout: SOON_MS });
  await keep(page, 'handover-half');

  // One signature is missing: it is the only one that is offered.
  await sheet.getByRole('radio', { name: `接班：${name}` }).and(page.locator(':checked')).waitFor();
  await tabTo(page, 'note');
  await page.keyboard.type('已核对');
  await page.keyboard.press('Control+Enter');
  await sheet.locator('tr', { hasText: '接班' }).getByText('已核对').waitFor({ timeout: SOON_MS });
  await sheet.getByRole('radio').first().waitFor({ state: 'detached' });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'handover-record');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await page.getByRole('heading', { name: /交接班记录$/ }).waitFor();
  await keep(page, 'handover-paper');
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.locator('section', { hasText: '已签的交接' }).locator('[id^=row-]').filter({ hasText: name }).getByText(/已签$/).first().waitFor({ timeout: SOON_MS });

  await page.locator('.handovers .row:not(.past)').filter({ hasText: `接班 ${name}` }).waitFor({ state: 'detached' });

  // Taken back, the shift changes again; that one is signed for as well.
  expect((await context.request.delete(`/api/v1/overrides/${cover}`)).status()).toBe(204);
  expect(faults).toEqual([]);
  await context.close();
});

it('what is wrong with the roster leads to its cell, in both languages', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '交接班');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.locator('.outlook [id^=row-]').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press(']');
  await page.getByText(/^只看 /).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByText(/^只看 /).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  const [roster] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('Enter')]);
  await roster.locator('td.chosen').waitFor({ timeout: SOON_MS });
  expect(new URL(roster.url()).pathname).toBe('/admin');
  await roster.close();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Handover' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'handover-en');
  // The clerk has the same page, beside the month itself.
  const clerk = await visit(browser, 'admin', '/admin');
  await goTo(clerk.page, '交接班');
  await clerk.page.locator('.outlook [id^=row-]').first().waitFor({ timeout: SOON_MS });
  await clerk.page.keyboard.press('ArrowRight');
  await clerk.page.keyboard.press('ArrowRight');
  await clerk.page.keyboard.press('ArrowDown');
  await clerk.page.keyboard.press('Enter');
  await clerk.page.getByRole('heading', { level: 1, name: '排班' }).waitFor();
  await clerk.page.locator('td.chosen').waitFor({ timeout: SOON_MS });
  expect([...faults, ...clerk.faults]).toEqual([]);
  await clerk.context.close();
  await context.close();
});

interface Asked {
  id: string;
  asker: string;
  taker: string;
  post: string;
  from: string;
}

/** Has the leader ask one colleague to take the last of the duties to come. */
async function askedByLeader(leader: APIRequestContext): Promise<Asked> {
  const me = (await (await leader.get('/api/v1/sessions/current')).json()) as { person: { name: string } };
  const { items: own } = (await (await leader.get(`/api/v1/duties/mine?days=${DAYS_AHEAD}`)).json()) as { items: { post: string; from: string; to: string }[] };
  const turn = own.at(-1);
  if (turn === undefined) throw new Error('the leader has no duty to come');
  const { post, from, to } = turn;
  const { items } = (await (await leader.get('/api/v1/duties/colleagues', { params: { post, from, to } })).json()) as { items: { id: string; name: string; obstacle?: string }[] };
  const colleague = items.find(({ obstacle }) => obstacle === undefined);
  if (colleague === undefined) throw new Error('no colleague is free');
  const reply = await leader.post('/api/v1/swaps', { data: { post, from, to, ask: [colleague.id], reason: '出差' } });
  expect(reply.status(), await reply.text()).toBe(201);
  return { id: ((await reply.json()) as { id: string }).id, asker: me.person.name, taker: colleague.name, post, from };
}

/** Says yes for the colleague, as the desk does who was rung up. */
async function takenBy(swap: string, name: string): Promise<void> {
  const commander = await asCommander();
  const { items } = (await (await commander.get('/api/v1/callouts?open=true')).json()) as { items: { id: string; kind: string }[] };
  for (const { id } of items.filter(({ kind }) => kind === 'swap')) {
    const page = (await (await commander.get(`/api/v1/callouts/${id}/obligations?limit=100`)).json()) as { items: { id: string; asked: { person: { id: string; name: string } }[] }[] };
    const asked = page.items.find((one) => one.asked.some(({ person }) => person.name === name));
    if (asked === undefined) continue;
    const person = asked.asked[0]?.person.id;
    await commander.post(`/api/v1/obligations/${asked.id}/answer`, { data: { answer: 'acknowledged', on_behalf_of: person, via: '电话', note: `可以（${swap}）` } });
  }
  await commander.dispose();
}

/** Puts somebody else of the township on duty from now on. */
async function substituted(desk: APIRequestContext): Promise<{ id: string; name: string }> {
  const duty = (await (await desk.get('/api/v1/duty', { params: { area: TOWNSHIP } })).json()) as { at: string; items: { post: string; person: string }[] };
  const busy = new Set(duty.items.map(({ person }) => person));
  const { items } = (await (await desk.get('/api/v1/people', { params: { area: TOWNSHIP, limit: 100 } })).json()) as { items: { id: string; name: string; area: string; has_telephone: boolean }[] };
  const free = items.find((one) => one.area === TOWNSHIP && one.has_telephone && !busy.has(one.id));
  if (free === undefined) throw new Error('everybody of the township is on duty');
  const to = new Date(Date.parse(duty.at) + 3 * 3_600_000).toISOString();
  const reply = await desk.post('/api/v1/overrides', { data: { post: POST, from: duty.at, to, people: [free.id], reason: '临时替班' } });
  expect(reply.status(), await reply.text()).toBe(201);
  return { id: ((await reply.json()) as { id: string }).id, name: free.name };
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
