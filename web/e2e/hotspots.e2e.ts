/** Hot spots by keyboard: a damaged file is refused by row and column, a good one calls the villages, and what was found is said for them. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser, Page } from 'playwright-core';
import { goTo } from './desk';
import { asCommander, launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
const SHOTS = process.env['E2E_SHOTS'];
const HEADING = 'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';

interface HotSpot { id: string; state: string; area_name: string; point: [number, number]; settled?: { note?: string; incident?: string } }

let browser: Browser;
let commander: APIRequestContext;

beforeAll(async () => {
  browser = await launch();
  commander = await asCommander();
});

afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
});

it('a damaged file is refused by row, a good one is looked into, and a false alarm and a fire are told apart', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk');
  await goTo(page, '热点核查');
  await page.keyboard.press('u');
  const sheet = page.getByRole('dialog', { name: '导入卫星热点' });
  const before = (await spots()).length;

  await choose(page, `${HEADING}\n${row('35.6281', '114.4400', 'n').replace('35.6281', '三十五')}\n${row('35.63', '114.45', '?')}\n`);
  await page.keyboard.press('Control+Enter');
  await sheet.getByRole('alert').filter({ hasText: '文件有 2 处不对' }).waitFor({ timeout: SOON_MS });
  await sheet.getByRole('row', { name: /2 latitude .*不是数/ }).waitFor();
  await sheet.getByRole('row', { name: /3 confidence .*不是置信度/ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'hotspots-faults');
  expect((await spots()).length).toBe(before);

  // Far enough from each other, and from those of a story that was played before.
  const [lat, lon] = [35.53 + Math.random() * 0.09, 114.37 + Math.random() * 0.12];
  await choose(page, `${HEADING}\n${row(lat.toFixed(4), lon.toFixed(4), 'h')}\n${row((lat + 0.1).toFixed(4), (lon + 0.06).toFixed(4), 'n')}\n`);
  await sheet.getByLabel(/演练/).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');
  await sheet.getByText(/新热点 2 个/).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  const mine = (await spots()).slice(0, 2);
  expect(mine.map((spot) => spot.state)).toEqual(['open', 'open']);

  await page.getByText(/还剩 \d\d:\d\d/).first().waitFor();
  await page.getByRole('region', { name: '叫了谁' }).getByRole('listitem').first().waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'hotspots-open');
  const chosen = await inHand(page);

  await page.keyboard.press('3');
  const finding = page.getByRole('dialog', { name: /误报/ });
  await page.keyboard.press('Enter');
  await finding.getByRole('alert').filter({ hasText: '现场情况' }).waitFor();
  await page.keyboard.press('Alt+1');
  await page.keyboard.press('Enter');
  await finding.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: '核查结果' }).getByText('「彩钢瓦反光」').waitFor({ timeout: SOON_MS });
  expect((await one(chosen)).settled?.note).toBe('彩钢瓦反光');

  // The other one burns: it is an incident with its fields filled.
  const other = mine.find((spot) => spot.id !== chosen)?.id ?? '';
  for (let presses = 0; (await inHand(page)) !== other && presses < 50; presses += 1) await page.keyboard.press(presses < 25 ? 'ArrowUp' : 'ArrowDown');
  expect(await inHand(page)).toBe(other);
  await page.keyboard.press('1');
  const fire = page.getByRole('dialog', { name: /真火/ });
  await fire.getByText(/立即登记为突发事件/).waitFor();
  await keep(page, 'hotspots-fire');
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.type('明火约 20 平方米');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /森林火灾/ }).filter({ hasText: other }).waitFor({ timeout: SOON_MS });
  await page.getByText(/明火约 20 平方米/).first().waitFor({ timeout: SOON_MS });
  await keep(page, 'hotspots-incident');
  const { settled, point } = await one(other);
  const incident = (await (await commander.get(`/api/v1/incidents/${settled?.incident}`)).json()) as { kind: string; drill: boolean; point: number[] };
  expect([incident.kind, incident.drill, incident.point]).toEqual(['11G01', true, point]);

  await goTo(page, '热点核查');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: /Hot spots|森林火灾/ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  const closed = await commander.post(`/api/v1/incidents/${settled?.incident}/stage`, { data: { stage: 'closed', note: '演练结束' } });
  expect(closed.status(), await closed.text()).toBe(200);
  expect(faults).toEqual([]);
  await context.close();
});

/** A detection of some minutes ago, as FIRMS writes it. */
function row(lat: string, lon: string, confidence: string): string {
  const pass = new Date(Date.now() - 10 * 60_000).toISOString();
  return `${lat},${lon},337.31,0.45,0.63,${pass.slice(0, 10)},${pass.slice(11, 16).replace(':', '')},N20,VIIRS,${confidence},2.0NRT,294.10,5.61,D`;
}

async function choose(page: Page, text: string): Promise<void> {
  await page.getByLabel('选择 CSV 文件').setInputFiles({ name: 'firms.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
}

async function inHand(page: Page): Promise<string> {
  return ((await page.locator('.card[aria-current="true"]').getAttribute('id')) ?? '').replace('row-', '');
}

/** The newest first. */
async function spots(): Promise<HotSpot[]> {
  const { items } = (await (await commander.get('/api/v1/hotspots?limit=500')).json()) as { items: HotSpot[] };
  return items;
}

async function one(id: string): Promise<HotSpot> {
  const found = (await spots()).find((spot) => spot.id === id);
  if (found === undefined) throw new Error(`no hot spot ${id}`);
  return found;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
