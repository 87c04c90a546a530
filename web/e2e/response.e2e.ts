/**
 * A response without a mouse: proposed by a rule and by the desk, turned down with a reason; started as a drill, raised, its
 * tasks done one after another until the list is green, ended by its conditions, and looked back at. Only drills: no other
 * story is disturbed.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { goTo, holdSheet, inHand, tabTo } from './desk';
import { asCommander, launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
/** Tells the documents and places of one run from those of another on the same county. */
const RUN = Date.now() % 1_000_000;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

interface Task { title: string; post: string; stage: string; note: string }
interface Response {
  id: string; title: string; open: boolean; drill: boolean; level: number; tasks: Task[];
  acts: { number: string; approver: string; from?: number; to?: number }[];
  conditions: { ticked?: { by: string } }[]; checks: { ticked?: { by: string } }[];
  tally: { total: number; done: number; light: string };
}

let browser: Browser;
let commander: APIRequestContext;

beforeAll(async () => {
  browser = await launch();
  commander = await asCommander();
  await clear();
});

afterAll(async () => {
  await clear();
  await commander.dispose();
  await browser.close();
});

it('what a rule proposes shows its cause, what the desk proposes waits too, and both are turned down with a reason', async () => {
  const address = `苇塘乡演练北堤 ${RUN}`;
  const incident = await commander.post('/api/v1/incidents', {
    data: { kind: '11A04', level: 3, area: '990101202000', address, source: { way: 'phone' }, casualties: {}, course: '演练', drill: true },
  });
  expect(incident.status(), await incident.text()).toBe(201);
  const { id } = (await incident.json()) as { id: string };

  const desk = await visit(browser, 'dispatcher', '/desk');
  await goTo(desk.page, '应急响应');
  await desk.page.keyboard.press('n');
  const form = desk.page.getByRole('dialog', { name: '拟启动建议' });
  await form.getByText(/下达 \d+ 项任务/).waitFor({ timeout: SOON_MS });
  await choosePlan(desk.page, '低温雨雪冰冻');
  await chooseScope(desk.page, 'slx');
  await tabTo(desk.page, 'why');
  await desk.page.keyboard.type(`夜间有雪 ${RUN}`);
  await tabTo(desk.page, 'drill');
  await desk.page.keyboard.press('Space');
  expect(await seriousFaults(desk.page)).toEqual([]);
  await desk.page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await desk.page.getByRole('article').getByText(`夜间有雪 ${RUN}`).waitFor({ timeout: SOON_MS });
  // Who prepares it does not decide it.
  expect(await desk.page.getByRole('button', { name: /^决定/ }).count()).toBe(0);
  expect(await seriousFaults(desk.page)).toEqual([]);
  expect(desk.faults).toEqual([]);
  await desk.context.close();

  const { page, faults, context } = await visit(browser, 'commander', '/desk');
  await page.getByText(/待决 [2-9]/).waitFor({ timeout: SOON_MS });
  await goTo(page, '应急响应');
  await inHand(page, '演练】Ⅲ级防汛');
  await page.getByRole('article').getByText(address).waitFor();
  await page.getByRole('article').getByText('由突发事件按规则提出').waitFor();
  await page.getByRole('article').getByText(/^下达 \d+ 项任务/).waitFor({ timeout: SOON_MS });
  await keep(page, 'response-proposal');
  await page.keyboard.press('v');
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor({ timeout: SOON_MS });
  await goTo(page, '应急响应');
  await inHand(page, '演练】Ⅲ级防汛');
  await refuse(page, '险情轻微，先由乡镇处置');
  await inHand(page, '低温雨雪冰冻');
  await refuse(page, '雪势减弱');
  const { items } = (await (await commander.get('/api/v1/responses/proposals')).json()) as
    { items: { why: string; state: string; reason?: string; prompt: { kind: string; id?: string } }[] };
  expect(items.find((one) => one.prompt.id === id)).toMatchObject({ state: 'refused', reason: '险情轻微，先由乡镇处置', prompt: { kind: 'incident' } });
  expect(items.find((one) => one.why === `夜间有雪 ${RUN}`)).toMatchObject({ state: 'refused', reason: '雪势减弱' });
  const over = await commander.post(`/api/v1/incidents/${id}/stage`, { data: { stage: 'unfounded', note: '演练结束' } });
  expect(over.status(), await over.text()).toBe(200);
  expect(faults).toEqual([]);
  await context.close();
});

it('a drill is started, raised, done task by task until the list is green, ended and looked back at, by keyboard alone', async () => {
  const { page, faults, context } = await visit(browser, 'commander', '/desk');
  await goTo(page, '应急响应');

  await page.keyboard.press('n');
  const start = page.getByRole('dialog', { name: '启动响应' });
  await start.getByText(/下达 \d+ 项任务/).waitFor({ timeout: SOON_MS });
  await choosePlan(page, '低温雨雪冰冻');
  await chooseScope(page, 'wtx');
  await start.getByText('部门 4 个，乡镇 1 个').waitFor();
  await fillOrder(page, `演练雪〔2026〕${RUN}-1号`, '会商：夜间有大雪');
  await tabTo(page, 'drill');
  await page.keyboard.press('Space');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'response-start');
  await holdSheet(page, start);
  await page.getByRole('heading', { level: 2, name: /演练】Ⅳ级低温雨雪冰冻/ }).waitFor({ timeout: SOON_MS });
  // The level in force is said on every page.
  const tabs = page.getByRole('navigation');
  await tabs.getByText('【演练】Ⅳ级响应').waitFor({ timeout: SOON_MS });
  const { id } = (await drills())[0] ?? { id: '' };
  expect((await read(id)).tally.total).toBe(5);

  await page.keyboard.press('l');
  const level = page.getByRole('dialog', { name: /调整级别/ });
  await level.getByText(/照旧/).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('ArrowUp');
  await level.getByText(/^下达 \d+ 项任务/).waitFor();
  await fillOrder(page, `演练雪〔2026〕${RUN}-2号`, '会商：积雪加深');
  expect(await seriousFaults(page)).toEqual([]);
  await holdSheet(page, level);
  await tabs.getByText('【演练】Ⅲ级响应').waitFor({ timeout: SOON_MS });
  await page.getByRole('heading', { level: 2, name: /Ⅲ级低温雨雪冰冻/ }).waitFor();

  // What the command centre itself sees to is ticked by number.
  await page.keyboard.press('1');
  await page.getByRole('checkbox', { checked: true }).first().waitFor({ timeout: SOON_MS });

  // The rounds of reports that the plan asks for have begun with it.
  await page.getByText(/已开，下一轮/).waitFor({ timeout: SOON_MS });

  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: /的任务$/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('p');
  const progress = page.getByRole('dialog', { name: /^记进展/ });
  await progress.waitFor();
  await page.keyboard.type('已派车，正在路上');
  await page.keyboard.press('Enter');
  await progress.waitFor({ state: 'detached' });
  await page.getByText('已派车，正在路上').waitFor({ timeout: SOON_MS });
  await keep(page, 'response-tasks');
  expect(await seriousFaults(page)).toEqual([]);

  await finishAll(page, id);
  await page.getByRole('status').getByText('全部办结').waitFor({ timeout: SOON_MS });
  await keep(page, 'response-green');
  const green = await read(id);
  expect(green.tally.light).toBe('green');
  expect(green.tasks.filter((task) => task.stage !== 'withdrawn').every((task) => task.stage === 'done' && task.note === '电话报告已落实')).toBe(true);
  expect(green.checks[0]?.ticked?.by).toBe('commander');

  await page.keyboard.press('z');
  const end = page.getByRole('dialog', { name: /终止响应/ });
  await end.getByText(/还有 \d 条终止条件没有打勾/).waitFor();
  for (const n of green.conditions.keys()) {
    await page.keyboard.press(String(n + 1));
    await expect.poll(() => end.getByRole('checkbox', { checked: true }).count(), { timeout: SOON_MS }).toBe(n + 1);
  }
  await end.getByText('终止条件已全部满足').waitFor();
  await end.getByText('没有未办结的任务').waitFor();
  await fillOrder(page, `演练雪〔2026〕${RUN}-3号`, '会商：雪停，道路畅通');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'response-end');
  await holdSheet(page, end);
  await page.getByText(/终止 ·/).first().waitFor({ timeout: SOON_MS });
  await tabs.getByText('【演练】Ⅲ级响应').waitFor({ state: 'detached', timeout: SOON_MS });

  await page.keyboard.press('s');
  const summary = page.getByRole('dialog', { name: /情况总结/ });
  await summary.getByRole('row', { name: /苇塘乡/ }).waitFor({ timeout: SOON_MS });
  await summary.getByText(`演练雪〔2026〕${RUN}-3号`).waitFor();
  await summary.getByText(/全部任务按时办结/).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'response-summary');
  // On paper it stands alone.
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  expect(await page.locator('.desk').isVisible()).toBe(false);
  await page.getByRole('row', { name: /苇塘乡/ }).waitFor();
  await keep(page, 'response-print');
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Response' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  const over = await read(id);
  expect([over.open, over.drill, over.level]).toEqual([false, true, 3]);
  expect(over.acts.map(({ from, to }) => [from, to])).toEqual([[undefined, 4], [4, 3], [3, undefined]]);
  expect(over.conditions.every((condition) => condition.ticked?.by === 'commander')).toBe(true);
  expect(faults).toEqual([]);
  await context.close();
});

/** The plan is in hand when the form opens; ends on the scope, which is empty then. */
async function choosePlan(page: Page, title: string): Promise<void> {
  const plan = page.getByLabel('预案');
  for (let n = 0; n < 9 && (await plan.locator('option:checked').textContent()) !== title; n += 1) await page.keyboard.press('ArrowDown');
  await tabTo(page, 'areas');
  await page.keyboard.press('Backspace');
}

async function chooseScope(page: Page, initials: string): Promise<void> {
  await page.keyboard.type(initials);
  await page.getByRole('option', { selected: true }).filter({ visible: true }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Types number, basis and approver, from wherever before them. */
async function fillOrder(page: Page, number: string, basis: string): Promise<void> {
  for (const [field, text] of [['number', number], ['basis', basis], ['approver', '王县长']] as const) {
    await tabTo(page, field);
    await page.keyboard.type(text);
  }
}

async function refuse(page: Page, reason: string): Promise<void> {
  await page.keyboard.press('j');
  const sheet = page.getByRole('dialog', { name: /^决定/ });
  await sheet.getByLabel('不采纳的原因').waitFor();
  await tabTo(page, 'reason');
  await page.keyboard.type(reason);
  await page.keyboard.press('Tab');
  await page.keyboard.down('Enter');
  await sheet.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
}

/** From the tasks of the first unit: each done by D, a word and Enter; then the next unit. */
async function finishAll(page: Page, id: string): Promise<void> {
  const { total } = (await read(id)).tally;
  const inTasks = page.locator('[id^=task-][aria-current=true]');
  for (let done = 0; done < total; done += 1) {
    if ((await inTasks.count()) === 0) {
      // The unit is done: the next one.
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await inTasks.waitFor();
    }
    await page.keyboard.press('d');
    const sheet = page.getByRole('dialog', { name: /^办结/ });
    await sheet.waitFor();
    await page.keyboard.type('电话报告已落实');
    await page.keyboard.press('Enter');
    await sheet.waitFor({ state: 'detached', timeout: SOON_MS });
    await page.getByRole('status').filter({ hasText: `办结 ${done + 1}` }).waitFor({ timeout: SOON_MS });
  }
}

async function drills(): Promise<Response[]> {
  const { items } = (await (await commander.get('/api/v1/responses?open=true')).json()) as { items: Response[] };
  return items.filter((response) => response.drill);
}

async function read(id: string): Promise<Response> {
  return (await (await commander.get(`/api/v1/responses/${id}`)).json()) as Response;
}

/** Ends what a story that failed has left in force, and turns down what it has left to decide. */
async function clear(): Promise<void> {
  const { items } = (await (await commander.get('/api/v1/responses/proposals?waiting=true')).json()) as { items: { id: string; drill: boolean }[] };
  for (const { id } of items.filter(({ drill }) => drill)) {
    await commander.post(`/api/v1/responses/proposals/${id}/decide`, { data: { reason: '测试前清场' } });
  }
  const { items: cadences } = (await (await commander.get('/api/v1/cadences')).json()) as { items: { id: string; drill: boolean; on: boolean }[] };
  for (const { id } of cadences.filter(({ drill, on }) => drill && on)) {
    await commander.post(`/api/v1/cadences/${id}/end`, { data: { reason: '测试前清场' } });
  }
  for (const { id } of await drills()) {
    const { revision } = (await (await commander.get(`/api/v1/responses/${id}`)).json()) as { revision: number };
    const data = { revision, number: `演练清场 ${id} ${Date.now()}`, basis: '测试前清场', approver: '王县长', reason: '测试前清场' };
    const ended = await commander.post(`/api/v1/responses/${id}/end`, { data });
    expect(ended.status(), await ended.text()).toBe(200);
  }
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
