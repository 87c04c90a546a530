/**
 * A dispatcher without a mouse: takes a levee breach down, sends two boats, sees one accept and arrive, and calls the other
 * back. On a node of its own, so that all units are free.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Page } from 'playwright-core';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
/** From a report that is typed to boats that are sent: no more presses than this. */
const PRESSES_MAX = 8;
const REPORTER = '13800000001';
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

interface Assignment { id: string; unit: string; unit_name: string; status: string }

let browser: Browser;
let node: Node;
let commander: APIRequestContext;

beforeAll(async () => {
  browser = await launch();
  node = await startNode(nodeBinary());
  commander = await request.newContext({ baseURL: node.url });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
});

afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
  await node?.kill();
});

it('a report that is being typed is there again after the page was loaded anew, and one key lets go of it', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  const form = page.getByRole('dialog', { name: '登记接报' });
  const open = async (): Promise<void> => {
    await page.getByRole('button', { name: /突发事件 0/ }).waitFor({ timeout: SOON_MS });
    await page.keyboard.press('e');
    await form.waitFor();
  };
  await open();
  await form.getByLabel('地点').fill('柳河镇北堤 3 号闸旁');
  await page.reload();
  await open();
  await form.getByText('已恢复上次没有提交的内容').waitFor();
  expect(await form.getByLabel('地点').inputValue()).toBe('柳河镇北堤 3 号闸旁');
  await page.keyboard.press('Control+Alt+z');
  expect(await form.getByLabel('地点').inputValue()).toBe('');
  await page.reload();
  await open();
  expect(await form.getByText('已恢复上次没有提交的内容').count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
});

it('a levee breach is taken down and two boats are sent, by keyboard alone', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 0/ }).waitFor({ timeout: SOON_MS });
  const presses = countPresses(page);

  await page.keyboard.press('e');
  const form = page.getByRole('dialog', { name: '登记接报' });
  await form.getByRole('option', { name: /堤防重大险情/ }).waitFor();
  await page.keyboard.type('dfzd');
  await page.keyboard.press('Tab');
  await page.keyboard.type('柳河镇北堤 3 号闸旁');
  await page.keyboard.press('Tab');
  await page.keyboard.type('堤防决口约 20 米，12 人被困');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'incident-form');

  // The text is typed: from here on presses count.
  presses.reset();
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor();
  await page.keyboard.press('d');
  const panel = page.getByRole('region', { name: '调派' });
  await panel.getByRole('listitem').nth(1).waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('2');
  await panel.getByRole('button', { name: '派出 2 支' }).waitFor();
  expect(await panel.getByRole('textbox', { name: /指令/ }).inputValue()).toContain('柳河镇北堤');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'incident-dispatch');
  await page.keyboard.press('Enter');
  const rows = page.locator('tr[data-unit]');
  await rows.nth(1).waitFor();
  expect(presses.count()).toBeLessThanOrEqual(PRESSES_MAX);
  expect(await rows.count()).toBe(2);
  await keep(page, 'incident-sent');

  // One accepts and arrives; the desk sees it without being asked.
  const [first, second] = await assignments();
  if (first === undefined || second === undefined) throw new Error('two boats were sent');
  await say(first, 'accepted');
  await rows.filter({ hasText: first.unit_name }).getByText('已接令').waitFor({ timeout: SOON_MS });
  await say(first, 'on_scene');
  await rows.filter({ hasText: first.unit_name }).getByText('已到场').waitFor({ timeout: SOON_MS });
  await page.getByText('队伍 2，到场 1').waitFor({ timeout: SOON_MS });

  // The other one is called back with a reason.
  const row = rows.filter({ hasText: second.unit_name });
  await page.keyboard.press((await row.locator('kbd').textContent()) ?? '');
  const unit = page.getByRole('dialog', { name: new RegExp(second.unit_name) });
  await unit.getByRole('button', { name: /召回/ }).waitFor();
  await keep(page, 'incident-unit');
  await page.keyboard.press('5');
  await unit.getByText('召回原因').waitFor();
  await page.keyboard.press('4');
  await unit.waitFor({ state: 'detached' });
  await row.getByText('已召回').waitFor({ timeout: SOON_MS });
  await row.getByText('力量已够').waitFor();
  await keep(page, 'incident-recalled');
  expect(faults).toEqual([]);
  await context.close();
});

it('what somebody else changed meanwhile is shown, and nothing typed is lost', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 1/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('i');
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor();
  await page.keyboard.press('v');
  const form = page.getByRole('dialog', { name: /修改/ });
  await form.getByLabel('发展趋势').fill('水位仍在上涨');
  await form.getByLabel('地点').fill('柳河镇北堤 3 号闸');
  const known = (await (await commander.get('/api/v1/incidents/i-1')).json()) as Record<string, unknown>;
  const incident = { kind: known['kind'], area: known['area'], address: '柳河镇北堤 4 号闸', course: known['course'], loss: '农田 200 亩', source: { way: 'phone', name: '王某', phone: REPORTER } };
  const edit = await commander.put('/api/v1/incidents/i-1', { data: { revision: known['revision'], incident } });
  expect(edit.status(), await edit.text()).toBe(200);

  await page.keyboard.press('Control+Enter');
  await form.getByRole('alert').filter({ hasText: 'commander 刚刚修改了' }).waitFor();
  await form.getByText('对方的「地点」：柳河镇北堤 4 号闸').waitFor();
  expect(await form.getByLabel('地点').inputValue()).toBe('柳河镇北堤 3 号闸');
  expect(await form.getByLabel('发展趋势').inputValue()).toBe('水位仍在上涨');
  expect(await form.getByLabel('财产损失').inputValue()).toBe('农田 200 亩');
  await keep(page, 'incident-conflict');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByText('水位仍在上涨').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

it('one task goes to the lead officer of every township, and its lights are seen', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 1/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('i');
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor();
  await page.keyboard.press('y');
  const form = page.getByRole('dialog', { name: '下达任务' });
  await page.keyboard.type('清点转移人数');
  await form.getByText(/各乡镇带班领导（\d+）/).waitFor();
  await page.keyboard.press('Control+Alt+a');
  await form.getByRole('button', { name: /下达 (?:[2-9]|\d\d) 项/ }).waitFor();
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByText('柳河镇带班领导').waitFor({ timeout: SOON_MS });
  await page.getByText(/超期 0 · 临期 \d+/).waitFor();
  await keep(page, 'incident-tasks');
  expect(await seriousFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

it('the wall shows the incident with its units, and no telephone number of whoever reported it', async () => {
  const { page, faults, context } = await visit(browser, 'screen', '/screen', node.url);
  const strip = page.getByRole('region', { name: '突发事件' });
  await strip.getByText('堤防重大险情').waitFor({ timeout: SOON_MS });
  await strip.getByText('到场 1').waitFor();
  expect(await page.content()).not.toContain(REPORTER);
  const detail = await context.request.get('/api/v1/incidents/i-1');
  expect(await detail.text()).not.toContain(REPORTER);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'incident-wall');
  expect(faults).toEqual([]);
  await context.close();
});

it('whoever answers for a unit takes the order by one press, and reports from a valley without a network', async () => {
  const { page, faults, context, cut, mend } = await visit(browser, 'leader', '/phone', node.url);
  const { person } = (await (await context.request.get('/api/v1/sessions/current')).json()) as { person: { id: string } };
  await node.take('units', `编号,名称,类型,区划代码,经度,纬度,上报间隔,人数,责任人,能力\n990101-e2e,测试冲锋舟,boat,990101000000,114.44,35.62,60,4,${person.id},水域救援\n`);
  await expect.poll(async () => (await commander.get('/api/v1/units/990101-e2e')).status(), { timeout: SOON_MS }).toBe(200);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const sent = await commander.post('/api/v1/incidents/i-1/assignments', { data: { unit: '990101-e2e', order: '立即赶赴北堤', need: 'boat_rescue' } });
  expect(sent.status(), await sent.text()).toBe(201);
  const { id } = (await sent.json()) as { id: string };
  await page.getByRole('button', { name: '收到' }).click({ timeout: SOON_MS });
  const order = page.getByRole('article').filter({ hasText: '测试冲锋舟' });
  await order.getByText('已接令').waitFor({ timeout: SOON_MS });
  const next = order.getByRole('button', { name: '出发' });
  expect((await next.boundingBox())?.height).toBeGreaterThanOrEqual(96);
  await keep(page, 'phone-order');
  expect(await seriousFaults(page)).toEqual([]);

  await context.setOffline(true);
  await cut();
  await next.click();
  await order.getByRole('button', { name: '到场' }).click();
  await order.getByText('已记在手机').waitFor();
  await keep(page, 'phone-offline');
  await page.close();
  mend();
  await context.setOffline(false);
  const later = await context.newPage();
  await later.goto('/phone');
  await later.getByRole('article').filter({ hasText: '测试冲锋舟' }).getByText('已到场').waitFor({ timeout: SOON_MS });

  // Both steps have come, in their order.
  await expect.poll(async () => {
    const { items } = (await (await commander.get('/api/v1/assignments?incident=i-1')).json()) as { items: (Assignment & { course: { status: string }[] })[] };
    return items.find((one) => one.id === id)?.course.map((stop) => stop.status);
  }, { timeout: SOON_MS }).toEqual(['ordered', 'accepted', 'en_route', 'on_scene']);

  const task = await commander.post('/api/v1/tasks', { data: {
    incident: 'i-1', title: '清点北堤人员', units: ['990101-e2e'], due_at: new Date(Date.now() + 1_800_000).toISOString(),
  } });
  expect(task.status(), await task.text()).toBe(201);
  await later.getByRole('button', { name: '收到' }).click({ timeout: SOON_MS });
  const card = later.getByRole('article').filter({ hasText: '清点北堤人员' }).filter({ hasText: '还剩' });
  await card.getByRole('button', { name: '办结' }).click({ timeout: SOON_MS });
  await card.getByLabel('办理结果').fill('人员已清点');
  await card.getByLabel(/数量/).fill('12');
  await keep(later, 'phone-task');
  expect(await seriousFaults(later)).toEqual([]);
  await card.getByRole('button', { name: '办结' }).click();
  await expect.poll(async () => {
    const { items } = (await (await commander.get('/api/v1/tasks?incident=i-1')).json()) as { items: { title: string; stage: string }[] };
    return items.find((one) => one.title === '清点北堤人员')?.stage;
  }, { timeout: SOON_MS }).toBe('done');
  expect(faults).toEqual([]);
  await context.close();
});

/** Counts presses as a person makes them: a chord is one. */
function countPresses(page: Page): { reset(): void; count(): number } {
  let count = 0;
  const press = page.keyboard.press.bind(page.keyboard);
  page.keyboard.press = (key, options) => {
    count += 1;
    return press(key, options);
  };
  return { reset: () => void (count = 0), count: () => count };
}

async function assignments(): Promise<Assignment[]> {
  const { items } = (await (await commander.get('/api/v1/assignments?binding=true')).json()) as { items: Assignment[] };
  return [...items].reverse();
}

/** Says for a unit how far it has come, as the desk hears it by radio. */
async function say({ id }: Assignment, status: string): Promise<void> {
  const reply = await commander.post(`/api/v1/assignments/${id}/status`, { data: { status } });
  expect(reply.status(), await reply.text()).toBe(200);
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
