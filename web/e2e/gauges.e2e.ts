/**
 * Water that rises is seen on the wall, a gauge that falls silent is missed, and what no message comes for is issued
 * by hand, without a mouse: on a node of its own, so that nobody else's flood is in the picture.
 */

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type Browser, type Page } from 'playwright-core';
import { drawn, pointOf, type Place } from './map';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

/** 柳河水文站: 警戒 64.10, 保证 66.10. */
const RIVER = { id: '990101-g1', place: [114.38, 35.56654] as Place };
const RESERVOIR = '990101-g6';
const QUIET = '990101-g4';
const YELLOW = [0xff, 0xee, 0x63] as const;
const SOON_MS = 30_000;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
let node: Node;

beforeAll(async () => {
  browser = await launch();
  node = await startNode(nodeBinary());
});

afterAll(async () => {
  await browser?.close();
  await node?.kill();
});

it('a river that rises over its level changes its colour on the map, and the wall says how far and how fast', async () => {
  const wall = await visit(browser, 'screen', '/screen', node.url);
  await drawn(wall.page);
  await report([60, 40, 20, 10].map((minutes) => level(RIVER.id, minutes, 64.3 - 0.005 * minutes - 0.3)));
  await expect.poll(() => wall.page.locator('section.map').getAttribute('data-gauges'), { timeout: SOON_MS }).not.toBe('0');
  expect(await painted(wall.page, RIVER.place, YELLOW)).toBe(0);

  await report([level(RIVER.id, 0, 64.3), { ...level(RESERVOIR, 0, 126.7), exercise: true }]);
  const row = wall.page.locator(`[data-gauge="${RIVER.id}"]`);
  await expect.poll(() => row.textContent(), { timeout: SOON_MS }).toMatch(/64\.30 m ↑\d\.\d\d m\/h.*超警戒 0\.20 m.*后到保证水位（/s);
  await row.locator('svg path.line').waitFor();
  await expect.poll(() => painted(wall.page, RIVER.place, YELLOW), { timeout: SOON_MS }).toBeGreaterThan(20);
  // A drill's is marked and comes after what is so.
  const rows = wall.page.locator('li[data-gauge]');
  await expect.poll(() => rows.last().textContent(), { timeout: SOON_MS }).toContain('【演练】石岭水库站');
  expect(await rows.first().textContent()).not.toContain('【演练】');
  // Nothing on the wall is cut off or scrolls.
  expect(await wall.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  expect(await seriousFaults(wall.page)).toEqual([]);
  expect(wall.faults).toEqual([]);
  await keep(wall.page, 'gauges-wall');
  await wall.context.close();
});

it('a gauge that falls silent is on a strip until it is heard again', async () => {
  const wall = await visit(browser, 'screen', '/screen', node.url);
  const desk = await visit(browser, 'dispatcher', '/desk', node.url);
  const [header = '', ...lines] = readFileSync(new URL('../../config/demo/gauges.csv', import.meta.url), 'utf8').trim().split('\n');
  const line = lines.find((one) => one.startsWith(`${QUIET},`)) ?? '';
  await node.take('gauges', `${header}\n${line.replace(/300$/, '1')}\n`);
  await report([level(QUIET, 0, 60)]);
  for (const { page } of [wall, desk]) {
    await page.locator('.silences').getByText(/监测站失联 1：双堤闸水位站/).waitFor({ timeout: SOON_MS });
    expect(await seriousFaults(page)).toEqual([]);
  }
  await wall.page.locator(`[data-gauge="${QUIET}"]`).getByText(/失联/).waitFor({ timeout: SOON_MS });
  await keep(wall.page, 'silent-wall');
  await keep(desk.page, 'silent-desk');

  await node.take('gauges', `${header}\n${line}\n`);
  await report([level(QUIET, 0, 60.1)]);
  for (const { page } of [wall, desk]) await page.locator('.silences').waitFor({ state: 'detached', timeout: SOON_MS });
  expect([...wall.faults, ...desk.faults]).toEqual([]);
  await Promise.all([wall.context.close(), desk.context.close()]);
});

it('every gauge is listed at the desk, and read by keyboard', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.keyboard.press('g');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('article', { name: '柳河水文站' }).getByText('警戒水位 64.10 m').waitFor({ timeout: SOON_MS });
  await dialog.locator('svg.large path.line').waitFor({ timeout: SOON_MS });
  expect(await dialog.getByRole('option').count()).toBeGreaterThanOrEqual(17);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'gauges-desk');
  await page.keyboard.press('ArrowDown');
  await dialog.getByRole('article', { name: '柳河水文站' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});

it('a flash flood is issued by keys alone: the desk sees whom it calls, the wall shows it, and it is ended again', async () => {
  const wall = await visit(browser, 'screen', '/screen', node.url);
  const desk = await visit(browser, 'dispatcher', '/desk', node.url);
  const { page } = desk;
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.keyboard.press('f');
  const dialog = page.getByRole('dialog');
  await dialog.locator('select[name="form"]:focus').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await dialog.getByText('按红色预警叫应，国家事件代码 11A51').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type('990101100201');
  await dialog.locator('#found-areas [aria-selected="true"]').waitFor();
  await page.keyboard.press('Enter');
  const who = dialog.getByRole('status');
  await who.getByText(/将呼叫 \d+ 个岗位、\d+ 人，涉及 1 个乡镇/).waitFor();
  await who.getByText('示例县应急管理局发布山洪灾害立即转移预警').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'form-desk');

  const hold = dialog.getByRole('button', { name: /按住 1\.5 秒发布：呼叫 \d+ 个岗位/ });
  for (let tabs = 0; tabs < 12 && !(await hold.evaluate((button) => button === document.activeElement)); tabs += 1) {
    await page.keyboard.press('Tab');
  }
  const posts = /呼叫 (\d+) 个/.exec(await hold.textContent() ?? '')?.[1];
  await page.keyboard.down('Enter');
  await dialog.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await wall.page.getByRole('heading', { name: '山洪灾害红色预警', level: 2 }).waitFor({ timeout: SOON_MS });
  expect(await wall.page.locator('.count .total').textContent()).toBe(`/${posts}`);
  await keep(wall.page, 'form-wall');

  // Whoever was called is told that it is over.
  await page.getByRole('button', { name: '解除：示例县应急管理局发布山洪灾害立即转移预警' }).click();
  await dialog.getByText(/将解除 \d+ 个岗位的应答要求/).waitFor();
  const end = dialog.getByRole('button', { name: '按住 1.5 秒解除预警' });
  await end.focus();
  await page.keyboard.down('Enter');
  await dialog.waitFor({ state: 'detached', timeout: SOON_MS });
  await page.keyboard.up('Enter');
  await page.getByRole('button', { name: /解除：示例县应急管理局/ }).waitFor({ state: 'detached', timeout: SOON_MS });
  expect([...wall.faults, ...desk.faults]).toEqual([]);
  await Promise.all([wall.context.close(), desk.context.close()]);
});

function level(gauge: string, minutesAgo: number, level_m: number): object {
  return { gauge, at: new Date(Date.now() - minutesAgo * 60_000).toISOString(), level_m: Math.round(level_m * 100) / 100 };
}

/** Says what gauges show, as a station does. */
async function report(readings: readonly object[]): Promise<void> {
  const gateway = await request.newContext({ baseURL: node.url, extraHTTPHeaders: { Authorization: 'Bearer demo-gateway' } });
  const reply = await gateway.post('/api/v1/readings', { data: readings });
  expect([reply.status(), await reply.text()]).toEqual([202, expect.stringContaining(`"accepted":${readings.length}`)]);
  await gateway.dispose();
}

/** Returns how many pixels of a colour are painted where a place is drawn. */
async function painted(page: Page, place: Place, colour: readonly [number, number, number]): Promise<number> {
  const { x, y } = await pointOf(page, place);
  const shot = await page.screenshot({ clip: { x: x - 14, y: y - 14, width: 28, height: 28 } });
  return page.evaluate(async ([png, wanted]) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const to = canvas.getContext('2d');
    to?.drawImage(image, 0, 0);
    const { data } = to?.getImageData(0, 0, image.width, image.height) ?? { data: [] };
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (wanted.every((value, part) => Math.abs(value - (data[at + part] ?? 0)) < 12)) found += 1;
    }
    return found;
  }, [shot.toString('base64'), colour] as const);
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
