/**
 * The units page and the plan for several incidents, by keyboard: a unit is found by its ability and said to rest, a road is
 * closed and opened again, two incidents of a drill get units together. On a node of its own, so that all units are free.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Page } from 'playwright-core';
import { goTo } from './desk';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

interface Assignment { unit: string; unit_name: string; incident: string; status: string; order: string }

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

it('a unit is found by the initials of what it can do, and said to rest with a reason', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await goTo(page, '队伍');
  await page.getByRole('button', { name: /^全部 \d{3,}/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('/');
  await page.keyboard.type('syjy cgjd');
  await page.keyboard.press('Enter');
  const rows = page.locator('button.card');
  await expect.poll(() => rows.filter({ hasNotText: '水域救援' }).count()).toBe(0);
  expect(await rows.count()).toBeGreaterThan(1);
  await page.keyboard.press('ArrowDown');
  const name = (await page.locator('.card[aria-current="true"] b').first().textContent()) ?? '';
  await page.getByRole('heading', { level: 2, name }).waitFor();
  await page.getByText('责任人').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'units-found');

  const { seq } = (await (await commander.get('/api/v1/board')).json()) as { seq: number };
  await page.keyboard.press('s');
  const sheet = page.getByRole('dialog', { name: new RegExp(name) });
  await sheet.getByText('到什么时候').waitFor();
  await page.keyboard.press('Control+Enter');
  await sheet.getByRole('alert').filter({ hasText: '原因' }).waitFor();
  await page.keyboard.press('Alt+1');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'units-readiness');
  await page.keyboard.press('Control+Enter');
  await sheet.waitFor({ state: 'detached' });
  await page.getByText('「连续作业后休整」').waitFor();
  await page.locator('.card[aria-current="true"]').getByText('休整').waitFor();
  const { items } = (await (await commander.get(`/api/v1/journal?after=${seq}&limit=1000`)).json()) as { items: { kind: string; data: { readiness?: object } }[] };
  expect(items.filter((one) => one.kind === 'unit_readied').map((one) => one.data.readiness)).toEqual([{ state: 'resting', note: '连续作业后休整' }]);
  // Nobody masked anything for whoever dispatches; a list in English is as sound.
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Units' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

it('a road is closed by its number, named where units are chosen, and opened again', async () => {
  const incident = await takeDown('柳河镇南堤', [114.5, 35.66]);
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await goTo(page, '队伍');
  await page.getByRole('button', { name: /^全部 \d{3,}/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('d');
  const sheet = page.getByRole('dialog', { name: '道路封闭' });
  await sheet.getByText('没有封闭的道路').waitFor();
  await page.keyboard.type('x001');
  await sheet.getByRole('option', { name: /县道X001/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('积水 60 厘米');
  await keep(page, 'units-road');
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await sheet.getByRole('listitem').filter({ hasText: '县道X001' }).filter({ hasText: '积水 60 厘米' }).waitFor();
  expect((await closures()).map((one) => [one.what, one.reason])).toEqual([[{ road: 'road-1' }, '积水 60 厘米']]);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  await page.keyboard.press('i');
  await page.locator(`#incident-${incident}`).click();
  await page.getByRole('heading', { level: 1, name: /柳河镇南堤/ }).waitFor();
  await page.keyboard.press('d');
  await page.getByText('路程已避开封闭道路：县道X001').waitFor({ timeout: SOON_MS });
  await keep(page, 'units-avoids');
  await page.keyboard.press('Escape');

  await goTo(page, '队伍');
  await page.getByRole('button', { name: '道路封闭 1' }).waitFor();
  await page.keyboard.press('d');
  await sheet.getByRole('button', { name: /恢复通行/ }).focus();
  await page.keyboard.down('Enter');
  await sheet.getByText('没有封闭的道路').waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  expect(await closures()).toEqual([]);
  await close(incident);
  expect(faults).toEqual([]);
  await context.close();
});

it('two incidents of a drill get units together: one is changed, one taken out, the rest go by one held key', async () => {
  const [first, second] = [await takeDown('柳河镇北堤', [114.47, 35.64]), await takeDown('城关街道东关', [114.44, 35.62])];
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 2/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('i');
  await page.keyboard.press('u');
  const sheet = page.getByRole('dialog', { name: '联合调派' });
  const rows = sheet.locator('li[data-unit]');
  await rows.nth(3).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'units-together');
  const planned = await rows.evaluateAll((all) => all.map((one) => one.getAttribute('data-unit')));
  await page.keyboard.press('g');
  await sheet.getByText(/把「.*」换成/).waitFor();
  await page.keyboard.press('1');
  await expect.poll(() => rows.first().getAttribute('data-unit')).not.toBe(planned[0]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await sheet.getByText('不派').waitFor();
  await sheet.getByRole('button', { name: /全部下达（3）/ }).waitFor();
  expect(await assignments()).toEqual([]);
  const going = await rows.evaluateAll((all) => all.filter((one) => one.getAttribute('data-fate') === 'planned').map((one) => one.getAttribute('data-unit')));

  await page.keyboard.down('Enter');
  await sheet.getByText('已下达 3 支').waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'units-together-sent');
  const sent = await assignments();
  expect(sent.map((one) => one.unit).sort()).toEqual([...going].sort());
  expect(new Set(sent.map((one) => one.incident))).toEqual(new Set([first, second]));
  expect(sent.every((one) => one.status === 'ordered' && one.order.includes('堤防重大险情'))).toBe(true);

  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await goTo(page, '队伍');
  await page.getByRole('button', { name: /^在外 3/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('2');
  await page.locator('.card').nth(2).waitFor();
  // How it stands is said for a unit with when it will be back.
  await page.keyboard.press('a');
  const unit = page.getByRole('dialog').filter({ hasText: '代报状态' });
  await unit.getByLabel(/预计归队/).fill('90');
  await page.keyboard.press('Tab');
  await page.keyboard.press('3');
  await unit.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: '预计归队' }).getByText(/还有 1:/).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'units-out');
  expect((await assignments()).filter((one) => one.status === 'en_route')).toHaveLength(1);
  expect(faults).toEqual([]);
  await context.close();
});

it('a point is chosen on the map while a report is taken down, and nothing typed is lost', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 \d/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('e');
  const form = page.getByRole('dialog', { name: '登记接报' });
  await form.getByRole('option', { name: /堤防重大险情/ }).waitFor();
  // Of another kind than those of the stories before: it is no other report of them.
  await page.keyboard.type('11G01');
  await page.keyboard.press('Tab');
  await page.keyboard.type('闸口东侧');
  await form.getByRole('button', { name: '在地图上点选' }).focus();
  await page.keyboard.press('Enter');
  const picker = page.getByRole('dialog', { name: '在地图上点选' });
  await picker.locator('section.map[data-view]').waitFor({ timeout: 90_000 });
  await keep(page, 'incident-point');
  await page.keyboard.press('Enter');
  await picker.waitFor({ state: 'detached' });
  const middle = await form.getByLabel('坐标').inputValue();
  // A hand on the mouse clicks instead.
  await form.getByRole('button', { name: '在地图上点选' }).click();
  await picker.locator('section.map[data-view]').waitFor({ timeout: 90_000 });
  await picker.locator('canvas').click({ position: { x: 420, y: 330 } });
  await picker.waitFor({ state: 'detached' });
  await expect.poll(() => form.getByLabel('坐标').inputValue()).not.toBe(middle);
  const point = await form.getByLabel('坐标').inputValue();
  expect(point).toMatch(/^114\.\d+, 35\.\d+$/);
  expect(await form.getByLabel('地点').inputValue()).toBe('闸口东侧');
  const township = (await form.getByText(/^位于/).textContent())?.replace('位于', '') ?? '';
  expect(await seriousFaults(page)).toEqual([]);
  await form.getByLabel('演练').check();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { level: 1, name: /森林火灾/ }).filter({ hasText: '闸口东侧' }).waitFor({ timeout: SOON_MS });
  const { items } = (await (await commander.get('/api/v1/incidents?open=true')).json()) as { items: { id: string; address: string; area_name: string; point: number[] }[] };
  const taken = items.find((one) => one.address === '闸口东侧');
  expect([taken?.point.join(', '), taken?.area_name]).toEqual([point, township]);

  // A task for one picked post; how far it is is noted without ending it.
  await page.keyboard.press('y');
  const task = page.getByRole('dialog', { name: '下达任务' });
  await page.keyboard.type('清点船只');
  await page.keyboard.press('Control+Alt+p');
  await expect.poll(async () => {
    await task.getByRole('combobox').fill('lhzdbld');
    return task.getByRole('option').first().textContent();
  }, { timeout: SOON_MS }).toContain('柳河镇');
  await page.keyboard.press('Enter');
  await task.getByRole('button', { name: /下达 1 项/ }).waitFor();
  await keep(page, 'incident-posts');
  await page.keyboard.press('Control+Enter');
  await task.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: '任务' }).getByRole('button', { name: /清点船只/ }).press('Enter');
  const progress = page.getByRole('dialog', { name: /清点船只/ });
  await progress.getByLabel(/办理结果/).waitFor();
  await page.keyboard.type('已清点 3 条');
  await page.keyboard.press('Control+Enter');
  await progress.waitFor({ state: 'detached' });
  const tasks = (await (await commander.get(`/api/v1/tasks?incident=${taken?.id}`)).json()) as { items: { stage: string; said: { outcome?: { note?: string } }[] }[] };
  expect(tasks.items.map((one) => [one.stage === 'done', one.said.map((said) => said.outcome?.note)])).toEqual([[false, ['已清点 3 条']]]);

  // What is over is listed by one key.
  await page.keyboard.press('z');
  await page.locator('.card').filter({ hasText: '柳河镇南堤' }).waitFor({ timeout: SOON_MS });
  await page.getByRole('heading', { level: 1, name: /柳河镇南堤/ }).waitFor({ timeout: SOON_MS });
  await keep(page, 'incident-over');
  expect(await seriousFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await context.close();
});

async function takeDown(address: string, point: readonly [number, number]): Promise<string> {
  const reply = await commander.post('/api/v1/incidents', { data: {
    kind: '11A04', level: 3, address, point, source: { way: 'phone' }, casualties: { trapped: 4 }, drill: true,
  } });
  expect(reply.status(), await reply.text()).toBe(201);
  return ((await reply.json()) as { id: string }).id;
}

async function close(incident: string): Promise<void> {
  const reply = await commander.post(`/api/v1/incidents/${incident}/stage`, { data: { stage: 'closed', note: '演练结束' } });
  expect(reply.status(), await reply.text()).toBe(200);
}

async function assignments(): Promise<Assignment[]> {
  const { items } = (await (await commander.get('/api/v1/assignments')).json()) as { items: Assignment[] };
  return items;
}

async function closures(): Promise<{ what: object; reason: string }[]> {
  const { items } = (await (await commander.get('/api/v1/closures')).json()) as { items: { what: object; reason: string }[] };
  return items;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
