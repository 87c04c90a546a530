/**
 * Three command centres, each on a node of its own, and vehicles that report to one of them: all see them move. Redis
 * is killed and comes back, and nobody loads a page again.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { count, drawn, pick, reportAll, type Place } from './map';
import { nodeBinary, startNode, startPostgres, startRedis, type Service } from './services';
import { launch, visit, type Visitor } from './support';

/** A lost bus has to be on every screen by then: three seconds, and as much again for a machine that draws three maps. */
const NOTICED_MS = 6_000;
const SOON_MS = 20_000;
/** Three pages of this size are drawn without a graphics card in the time of one on a wall. */
const SIZE = { width: 1280, height: 720 };
/** A column of boats; the first is the one that is looked at. */
const BOATS = ['01', '02', '03', '04', '05', '06'].map((number) => `990101-rubber_boat-${number}`);
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
let shared: { database: Service; redis: Service };
let nodes: Service[] = [];
let step = 0;

beforeAll(async () => {
  const binary = nodeBinary();
  browser = await launch();
  const [database, redis] = await Promise.all([startPostgres(), startRedis()]);
  shared = { database, redis };
  // One after the other: the first fills the county in.
  for (const _ of [1, 2, 3]) nodes.push(await startNode(binary, shared));
});

afterAll(async () => {
  await browser?.close();
  await Promise.all(nodes.map((node) => node.kill()));
  await Promise.all([shared?.redis.kill(), shared?.database.kill()]);
});

it('vehicles that report to one node move on three, and go on by themselves when Redis has died and returned', async () => {
  const walls = await Promise.all(nodes.map((node) => visit(browser, 'screen', '/screen', node.url, SIZE)));
  const [own, ...others] = walls.map((wall) => wall.page);
  const pages = [own, ...others].filter((page) => page !== undefined);
  await Promise.all(pages.map(drawn));
  for (const page of pages) await page.evaluate(() => void Object.assign(window, { isSamePage: true }));

  const first = await drive();
  for (const page of pages) {
    await expect.poll(() => count(page, 'units'), { timeout: SOON_MS }).toBe(BOATS.length);
    // It is drawn a moment after it is counted.
    await expect.poll(() => pick(page, first), { timeout: SOON_MS }).toContain(written(first));
  }
  await seenOn(pages, await drive());
  await Promise.all(pages.map((page) => page.getByText('演示车辆 · 模拟位置').first().waitFor()));
  expect(await Promise.all(pages.map((page) => page.getByText('降级运行').count()))).toEqual([0, 0, 0]);
  await keep('1-together', walls);

  const last = await drive();
  await seenOn(pages, last);
  await shared.redis.kill();
  await Promise.all(pages.map((page) => page.getByText('降级运行：节点互通中断').waitFor({ timeout: NOTICED_MS })));
  const alone = await drive();
  await seenOn(pages.slice(0, 1), alone);
  expect(await Promise.all(others.map((page) => card(page)))).toEqual(others.map(() => expect.stringContaining(written(last))));
  await keep('2-apart', walls);

  shared.redis = await startRedis(shared.redis);
  await Promise.all(pages.map((page) => page.getByText('降级运行').waitFor({ state: 'detached', timeout: SOON_MS })));
  await seenOn(pages, await drive());
  await seenOn(pages, await drive());
  await keep('3-together-again', walls);

  expect(await Promise.all(pages.map((page) => page.evaluate(() => 'isSamePage' in window)))).toEqual([true, true, true]);
  expect(walls.flatMap((wall) => wall.faults)).toEqual([]);
});

/** Moves all boats on, reported to the first node alone; returns where the one that is looked at is. */
async function drive(): Promise<Place> {
  step += 1;
  const place = (boat: number): Place => [114.36 + step * 0.0004 - boat * 0.012, 35.58 + step * 0.0004 + boat * 0.012];
  await reportAll(BOATS.map((unit, boat) => [unit, place(boat)]), step, nodes[0]?.url);
  return place(0);
}

async function seenOn(pages: readonly Page[], place: Place): Promise<void> {
  await Promise.all(pages.map((page) => expect.poll(() => card(page), { timeout: SOON_MS }).toContain(written(place))));
}

/** Returns what the map says of the boat that was chosen. */
function card(page: Page): Promise<string | null> {
  return page.getByRole('complementary').textContent();
}

function written([lon, lat]: Place): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
}

async function keep(stage: string, walls: readonly Visitor[]): Promise<void> {
  if (SHOTS === undefined) return;
  await Promise.all(walls.map((wall, node) => wall.page.screenshot({ path: `${SHOTS}/three-${stage}-node${node + 1}.png` })));
}
