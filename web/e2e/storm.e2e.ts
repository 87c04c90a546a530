/**
 * The demonstration's storm, as a county would live it: a levee breaks, boats and people are sent by keyboard and arrive on the
 * map, a level Ⅱ response is started and its townships' lists turn green, and the first report is printed before its clock runs
 * out. Those who are called, sent and given tasks are the drill's own.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Page } from 'playwright-core';
import { goTo, hold, holdSheet, inHand, tab, tabTo } from './desk';
import { metresBetween } from '../src/board/dispatch';
import { count, drawn, type Place } from './map';
import { nodeBinary, startDrill, startNode, type Node } from './services';
import { launch, visit } from './support';

const SOON_MS = 30_000;
/** Vehicles drive as in life, and the carrier rings whoever does not answer again. */
const ARRIVED_MS = 600_000;
/** The two days of the storm in some four minutes. */
const SPEED = 720;
/** At the carrier's own speed the story would take a quarter of an hour. */
const SETTINGS = '[channels]\nsimulated_speed = 6.0\n';
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

interface Sent { unit: string; unit_name: string; unit_kind: string; status: string }

let browser: Browser;
let node: Node;
let drill: Awaited<ReturnType<typeof startDrill>>;
let commander: APIRequestContext;

beforeAll(async () => {
  browser = await launch();
  node = await startNode(nodeBinary(), undefined, SETTINGS);
  drill = await startDrill(nodeBinary(), node, SPEED);
  commander = await request.newContext({ baseURL: node.url });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
}, 180_000);

afterAll(async () => {
  await drill?.kill();
  await commander?.dispose();
  await browser?.close();
  await node?.kill();
});

it('a levee breaks in the storm, and everything that has to be done of it is done from the desk', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await takeDown(page);

  // Boats, and people who can break walls.
  await page.keyboard.press('d');
  const panel = page.getByRole('region', { name: '调派' });
  await panel.getByRole('listitem').nth(1).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('q');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('水域救援 ×2，破拆 ×1');
  await page.keyboard.press('Enter');
  await panel.getByText('正在推荐').waitFor({ state: 'detached', timeout: SOON_MS });
  await keep(page, 'storm-offers');
  for (const n of await chosen(panel)) await page.keyboard.press(String(n));
  await panel.getByRole('button', { name: '派出 3 支' }).waitFor();
  await page.keyboard.press('Enter');
  const rows = page.locator('tr[data-unit]');
  await rows.nth(2).waitFor({ timeout: SOON_MS });

  await startLevelTwo();
  await report(page);

  // By now they have answered; all of them come to where they were sent.
  await page.keyboard.press('i');
  await rows.getByText('已到场').nth(2).waitFor({ timeout: ARRIVED_MS });
  await keep(page, 'storm-arrived');
  const units = await sent();
  expect(units.map(({ unit_kind }) => /boat/.test(unit_kind)).sort()).toEqual([false, true, true]);
  // The map has them where they say they are, which is one place. A terminal may fall silent for minutes, as in life.
  await drawn(page);
  expect(await count(page, 'units')).toBeGreaterThan(500);
  await expect.poll(async () => apart(await Promise.all(units.map(({ unit }) => placeOf(unit)))), { timeout: ARRIVED_MS }).toBeLessThan(60);

  // What the storm proposed meanwhile is above it; only a response has tasks.
  await goTo(page, '应急响应');
  await inHand(page, '办结');
  await page.getByRole('status').getByText('全部办结').waitFor({ timeout: ARRIVED_MS });
  await keep(page, 'storm-green');
  expect(faults).toEqual([]);
  await context.close();
}, 1_500_000);

async function takeDown(page: Page): Promise<void> {
  await page.getByRole('button', { name: /突发事件 0/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('e');
  const form = page.getByRole('dialog', { name: '登记接报' });
  await form.getByRole('option', { name: /堤防重大险情/ }).waitFor();
  await page.keyboard.type('dfzd');
  await page.keyboard.press('Tab');
  await page.keyboard.type('柳河镇北堤 3 号闸旁');
  await page.keyboard.press('Tab');
  await page.keyboard.type('堤防决口约 20 米，12 人被困');
  // 重大: the level decides how soon it has to be reported.
  await tabTo(page, 'level');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, 'drill');
  await page.keyboard.press('Space');
  await keep(page, 'storm-taken');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor();
}

/** Returns the numbers of two boats, and of people who come by other ways. */
async function chosen(panel: ReturnType<Page['getByRole']>): Promise<number[]> {
  const names = await panel.getByRole('list').getByRole('button').locator('.who > b').allTextContents();
  // Those beyond have no number.
  const numbered = names.slice(0, 9).map((name, index) => ({ number: index + 1, isBoat: /舟|艇/.test(name) }));
  const boats = numbered.filter(({ isBoat }) => isBoat).slice(0, 2);
  const others = numbered.filter(({ isBoat }) => !isBoat).slice(0, 1);
  expect([boats.length, others.length], names.join()).toEqual([2, 1]);
  return [...boats, ...others].map(({ number }) => number);
}

/** The commander decides it, with a document's number. */
async function startLevelTwo(): Promise<void> {
  const { page, faults, context } = await visit(browser, 'commander', '/desk', node.url);
  await goTo(page, '应急响应');
  await page.keyboard.press('n');
  const start = page.getByRole('dialog', { name: '启动响应' });
  await start.getByText(/下达 \d+ 项任务/).waitFor({ timeout: SOON_MS });
  await tabTo(page, 'level');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await tabTo(page, 'areas');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('lhz');
  await page.getByRole('option', { selected: true }).filter({ visible: true }).first().waitFor();
  await page.keyboard.press('Enter');
  for (const [field, text] of [['number', '示防指〔2026〕21号'], ['basis', '柳河水文站超保证水位'], ['approver', '王县长']] as const) {
    await tabTo(page, field);
    await page.keyboard.type(text);
  }
  await tabTo(page, 'drill');
  await page.keyboard.press('Space');
  await keep(page, 'storm-response');
  await holdSheet(page, start);
  await page.getByRole('navigation').getByText('【演练】Ⅱ级响应').waitFor({ timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
}

/** Told by phone, drafted, checked; signed by the commander; sent and printed, all in time. */
async function report(page: Page): Promise<void> {
  await goTo(page, '信息报告');
  await page.getByRole('heading', { level: 2, name: /首报/ }).waitFor();
  await page.keyboard.press('t');
  const call = page.getByRole('dialog', { name: /电话已报/ });
  await call.waitFor();
  await page.keyboard.type('市局值班室 王五');
  await page.keyboard.press('Control+Enter');
  await call.waitFor({ state: 'detached' });
  await page.keyboard.press('d');
  await page.getByRole('textbox', { name: '正文' }).waitFor();
  await page.keyboard.press('c');
  await page.getByText('待签发').waitFor();
  await sign();
  await page.getByText('待报送').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('g');
  await hold(page, page.getByRole('button', { name: '按住 1.5 秒：已报送' }));
  await page.getByText(/^已报送$/).first().waitFor();
  const [sheet] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('p')]);
  await sheet.getByRole('heading', { name: '突发事件信息专报' }).waitFor();
  await sheet.getByText('12 人被困').waitFor();
  await keep(sheet, 'storm-sheet');
  await sheet.close();
  const dossier = await commander.get('/api/v1/incidents/i-1/reports');
  const { clocks } = (await dossier.json()) as { clocks: { series: string; medium: string; stage: string; state: string; late_s: number }[] };
  const first = clocks.filter(({ series, stage }) => series === 'incident' && stage === 'first');
  expect(first.map(({ medium }) => medium)).toEqual(expect.arrayContaining(['phone', 'written']));
  expect(first.every(({ state, late_s }) => state === 'met' && late_s === 0), JSON.stringify(first)).toBe(true);
}

async function sign(): Promise<void> {
  const { page, context } = await visit(browser, 'commander', '/desk', node.url);
  await tab(page, '信息报告').waitFor({ timeout: SOON_MS });
  await goTo(page, '信息报告');
  await page.getByText('待签发').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog', { name: '签发' });
  await dialog.waitFor();
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await context.close();
}

/** Returns how far the farthest is from the first, in metres. */
function apart(places: readonly Place[]): number {
  const [lon, lat] = places[0] ?? [0, 0];
  return Math.max(...places.map(([x, y]) => metresBetween([lon, lat], [x, y])));
}

async function sent(): Promise<Sent[]> {
  const { items } = (await (await commander.get('/api/v1/assignments?incident=i-1')).json()) as { items: Sent[] };
  return items;
}

/** Returns where a unit last said that it is. */
async function placeOf(unit: string): Promise<Place> {
  const { items } = (await (await commander.get('/api/v1/positions?limit=5000')).json()) as { items: { unit: string; lon: number; lat: number }[] };
  const own = items.find((one) => one.unit === unit);
  if (own === undefined) throw new Error(`${unit} has not said where it is`);
  return [own.lon, own.lat];
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
