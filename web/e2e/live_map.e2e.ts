/** The live map: vehicles appear where they report, move, grow old before one's eyes; also without WebGL. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { count, drawn, pick, report } from './map';
import { launch, seriousFaults, visit } from './support';

/** Two vehicles that report at least every twenty seconds. */
const [FIRST, SECOND] = ['990101-rubber_boat-01', '990101-rubber_boat-02'];

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('two vehicles appear, move, and grow old by themselves', async () => {
  const wall = await visit(browser, 'screen', '/screen');
  await drawn(wall.page);

  await report(FIRST, [114.4, 35.6], 0);
  await report(SECOND, [114.5, 35.6], 0);
  await expect.poll(() => count(wall.page, 'units'), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  // It is drawn a moment after it is counted.
  await expect.poll(() => pick(wall.page, [114.4, 35.6]), { timeout: 30_000 }).toContain('114.40000, 35.60000坐标系：WGS-84');
  const old = await count(wall.page, 'expired');

  await report(FIRST, [114.401, 35.601], 1);
  const card = wall.page.getByRole('complementary');
  await expect.poll(() => card.textContent(), { timeout: 20_000 }).toContain('114.40100, 35.60100');
  expect(await seriousFaults(wall.page)).toEqual([]);

  // Nothing more is heard: the page's own clock makes them late, and the header says so.
  await expect.poll(() => count(wall.page, 'expired'), { timeout: 90_000, interval: 1_000 }).toBeGreaterThanOrEqual(old + 2);
  await wall.page.getByText(/数据过期 \d+/).waitFor();
  expect(wall.faults).toEqual([]);
  await wall.context.close();
});

it('without WebGL a plain canvas draws the same and says so', async () => {
  const plain = await launch(['--disable-3d-apis']);
  try {
    const wall = await visit(plain, 'screen', '/screen');
    await wall.page.getByText('地图降级显示').waitFor({ timeout: 60_000 });
    await wall.page.locator('canvas.plain').waitFor();
    await report(FIRST, [114.402, 35.602], 2);
    await expect.poll(() => count(wall.page, 'units'), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    expect(await pick(wall.page, [114.402, 35.602])).toContain('114.40200, 35.60200');
    expect(await seriousFaults(wall.page)).toEqual([]);
    expect(wall.faults.filter((fault) => !/WebGL|GPU/.test(fault))).toEqual([]);
  } finally {
    await plain.close();
  }
});

it('a map that was cut off shows again what moves', async () => {
  const wall = await visit(browser, 'screen', '/screen');
  await drawn(wall.page);
  await wall.cut();
  await wall.page.getByRole('status').filter({ hasText: '断线' }).waitFor({ timeout: 10_000 });
  await report(FIRST, [114.403, 35.603], 3);
  wall.mend();
  await wall.page.getByText('在线').waitFor({ timeout: 20_000 });
  await expect.poll(() => pick(wall.page, [114.403, 35.603]), { timeout: 20_000 }).toContain('114.40300, 35.60300');
  await wall.context.close();
});
