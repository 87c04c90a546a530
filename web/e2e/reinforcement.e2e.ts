/**
 * More people on duty than usual, at the desk without a mouse: a rule wants somebody beside those who are there, one who could
 * come is chosen and called by a held button; a response wants more, its page leads there, and it is turned down with a reason.
 * On a node of its own, with rules of its own.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Page } from 'playwright-core';
import { goTo, holdSheet, inHand, tab, tabTo } from './desk';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
const COUNTY = '990101000000';
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];
/** The season never ends, so that the story is true on any day. */
const RULES = `
[[reinforcement]]
id = "level_3"
title = "Ⅲ级以上响应增援"
response = 3
posts = [{ level = "county", duty = "lead_officer", add = 2 }]
hours = 24

[[reinforcement]]
id = "season"
title = "汛期增援"
season = { from = "01-01", to = "12-31" }
posts = [{ level = "county", duty = "duty_officer", add = 1 }]
hours = 12
`;

let browser: Browser;
let node: Node;
let commander: APIRequestContext;
const folder = mkdtempSync(join(tmpdir(), 'jiaoying-rules-'));

beforeAll(async () => {
  const policies = join(folder, 'policies.toml');
  writeFileSync(policies, readFileSync(new URL('../../config/policies.toml', import.meta.url), 'utf8') + RULES);
  browser = await launch();
  node = await startNode(nodeBinary(), undefined, `policies = "${policies}"\n`);
  commander = await request.newContext({ baseURL: node.url });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
});

afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
  await node?.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('one who could come is chosen by number and called by a held button, and stands on the roster beside the others', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await tab(page, '交接班').getByText('增援 1').waitFor({ timeout: SOON_MS });
  await goTo(page, '交接班');
  const part = page.getByRole('region', { name: '增援' });
  const row = part.locator('[id^=row-]').filter({ hasText: '汛期增援' });
  await row.getByText('还缺 1 人').waitFor({ timeout: SOON_MS });
  await inHand(page, '汛期增援');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'reinforcement-list');

  // A button of the page has not the keys: Enter is the page's.
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: /^增援/ });
  const people = sheet.getByRole('checkbox');
  await people.first().waitFor();
  await holdInVain(page, '谁来');
  await page.keyboard.press('2');
  await sheet.getByText('已选 1/1').waitFor();
  // As many are marked as are missing: nobody drops out because of another.
  await page.keyboard.press('1');
  expect(await people.nth(0).getAttribute('aria-checked')).toBe('false');
  await page.keyboard.press('2');
  await page.keyboard.press('1');
  await sheet.getByText('已选 1/1').waitFor();
  expect(await people.nth(0).getAttribute('aria-checked')).toBe('true');
  const name = ((await people.nth(0).textContent()) ?? '').replace(/^✓|1$/g, '');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'reinforcement-sheet');

  await tabTo(page, 'hours');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('13');
  await holdInVain(page, '1 到 12');
  await page.getByRole('spinbutton').fill('6');
  await holdSheet(page, sheet);
  await page.getByRole('status').filter({ hasText: `已呼叫 ${name}` }).waitFor({ timeout: SOON_MS });
  await part.waitFor({ state: 'detached', timeout: SOON_MS });
  await tab(page, '交接班').getByText(/^增援/).waitFor({ state: 'detached', timeout: SOON_MS });
  await keep(page, 'reinforcement-called');

  const duty = (await (await context.request.get('/api/v1/duty', { params: { area: COUNTY } })).json()) as { items: { post: string }[] };
  expect(JSON.stringify(duty.items.filter(({ post }) => post === `${COUNTY}/duty_officer`))).toContain(name);
  const { items } = (await (await commander.get('/api/v1/callouts?open=true')).json()) as { items: { kind: string; subject: string }[] };
  expect(items.filter(({ kind }) => kind === 'notice').map(({ subject }) => subject)).toEqual([expect.stringMatching(/^增援值守：.*值班员/)]);
  expect(faults).toEqual([]);
  await context.close();
});

it('a response says how many are missing, leads there, and what is turned down with a reason is asked for no more', async () => {
  const { items: plans } = (await (await commander.get('/api/v1/plans')).json()) as { items: { id: string }[] };
  const started = await commander.post('/api/v1/responses', {
    data: { plan: plans[0]?.id, level: 2, scope: [COUNTY], drill: false, number: '示应急〔2026〕1号', basis: '会商：雨势加强', approver: '张三' },
  });
  expect(started.status(), await started.text()).toBe(201);

  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await goTo(page, '应急响应');
  const line = page.getByRole('button', { name: /^增援：1 个岗位还缺 2 人/ });
  await line.waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'reinforcement-response');
  await page.keyboard.press('g');
  await page.getByRole('heading', { level: 1, name: '交接班' }).waitFor({ timeout: SOON_MS });
  const row = page.locator('[id^=row-][aria-current=true]').filter({ hasText: 'Ⅲ级以上响应增援' });
  await row.getByText('还缺 2 人').waitFor({ timeout: SOON_MS });

  // From the people who could come to turning it down, and nothing is typed by the way.
  await page.keyboard.press('s');
  await page.getByRole('dialog', { name: /^增援/ }).getByRole('checkbox').first().waitFor();
  await page.keyboard.press('x');
  const refusal = page.getByRole('dialog', { name: /^不增援/ });
  const reason = refusal.getByLabel(/^为什么不增援/);
  await reason.waitFor();
  expect(await reason.inputValue()).toBe('');
  await page.keyboard.press('Control+Enter');
  await refusal.getByRole('alert').filter({ hasText: '原因' }).waitFor();
  await reason.focus();
  await page.keyboard.type('由值班室兼顾');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'reinforcement-decline');
  await page.keyboard.press('Control+Enter');
  await refusal.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.getByRole('status').filter({ hasText: '不增援' }).waitFor({ timeout: SOON_MS });
  await row.waitFor({ state: 'detached', timeout: SOON_MS });
  await goTo(page, '应急响应');
  await page.getByRole('heading', { level: 2, name: /Ⅱ级/ }).waitFor({ timeout: SOON_MS });
  expect(await line.count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('where more are missing each has a number, in English too', async () => {
  const { items } = (await (await commander.get('/api/v1/responses?open=true&limit=10')).json()) as { items: { id: string; revision: number }[] };
  const { id, revision } = items[0] ?? { id: '', revision: 0 };
  const order = { number: '示应急〔2026〕2号', basis: '雨停', approver: '张三', revision, reason: '转入另一响应' };
  expect((await commander.post(`/api/v1/responses/${id}/end`, { data: order })).status()).toBe(200);
  const { items: plans } = (await (await commander.get('/api/v1/plans')).json()) as { items: { id: string }[] };
  const started = await commander.post('/api/v1/responses', {
    data: { plan: plans[0]?.id, level: 2, scope: [COUNTY], drill: false, number: '示应急〔2026〕3号', basis: '会商：雨势加强', approver: '张三' },
  });
  expect(started.status(), await started.text()).toBe(201);

  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await goTo(page, '交接班');
  await page.getByRole('button', { name: 'English' }).click();
  const part = page.getByRole('region', { name: 'Reinforcement' });
  await part.getByText('2 missing').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('s');
  const sheet = page.getByRole('dialog', { name: /^Reinforcement/ });
  await sheet.getByRole('checkbox').nth(1).waitFor();
  await page.keyboard.press('1');
  expect(await seriousFaults(page)).toEqual([]);
  // Somebody else sends one of the two meanwhile: the names stay under their numbers.
  const { items: wanted } = (await (await commander.get('/api/v1/reinforcements')).json()) as
    { items: { post: string; rule: string; response?: string; could_come: { id: string; name: string }[] }[] };
  const { post, rule, response, could_come: people } = wanted.find((one) => one.response !== undefined) ?? { could_come: [] };
  const sent = await commander.post('/api/v1/reinforcements', { data: { post, rule, response, people: [people[1]?.id] } });
  expect(sent.status(), await sent.text()).toBe(204);
  await sheet.getByText('1 still missing').waitFor({ timeout: SOON_MS });
  expect(await sheet.getByRole('checkbox').allTextContents()).toEqual(people.map(({ name }, n) => `${n === 0 ? '✓' : ''}${name}${n + 1}`));
  await keep(page, 'reinforcement-en');
  await holdSheet(page, sheet);
  await part.waitFor({ state: 'detached', timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

it('where nobody could come it says what to do, and leads to the roster', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.route('**/api/v1/reinforcements', async (route) => {
    const reply = await route.fetch();
    const { items } = (await reply.json()) as { items: object[] };
    await route.fulfill({ response: reply, json: { items: items.map((one) => ({ ...one, there: 0, could_come: [] })) } });
  });
  await goTo(page, '交接班');
  const part = page.getByRole('region', { name: '增援' });
  await part.getByText('现在没有人能来').first().waitFor({ timeout: SOON_MS });
  await page.keyboard.press('s');
  const sheet = page.getByRole('dialog', { name: /^增援/ });
  await sheet.getByText(/^没有能来的人/).waitFor();
  expect(await sheet.getByRole('checkbox').count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'reinforcement-nobody');
  const [roster] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('g')]);
  await roster.locator('td.chosen').waitFor({ timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

/** Holds what the sheet is for until it says what is wrong. */
async function holdInVain(page: Page, what: string): Promise<void> {
  await page.keyboard.press('Control+Enter');
  await page.keyboard.down('Enter');
  await page.getByRole('alert').filter({ hasText: what }).waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
