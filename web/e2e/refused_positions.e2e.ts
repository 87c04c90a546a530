/** Positions that cannot be: the dispatcher sees whose they are and why, and the map never does. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type Browser } from 'playwright-core';
import { drawn, pick } from './map';
import { asCommander, BASE_URL, launch, seriousFaults, visit } from './support';

/** One that no other story moves; its terminal sends latitude first. */
const EXCHANGED = '990101-rubber_boat-03';
/** Nobody has registered it. */
const STRANGER = `e2e-${Date.now()}`;

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(() => browser.close());

it('bad positions are counted and explained on the desk, and never on the map', async () => {
  const { page, context, faults } = await visit(browser, 'dispatcher', '/desk');
  await drawn(page);
  expect(await refusedOf([
    { unit: EXCHANGED, lon: 35.647, lat: 114.433 },
    { unit: STRANGER, lon: 114.533, lat: 35.547 },
  ])).toEqual(['position.swapped', 'position.unknown_unit']);

  // It says so by itself, without a sound or a reload.
  const chip = page.getByRole('button', { name: /位置上报异常 \d+/ });
  await chip.waitFor({ timeout: 35_000 });
  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: '位置上报异常' });
  const exchanged = dialog.getByRole('row').filter({ hasText: '经纬度颠倒' });
  await exchanged.filter({ hasText: EXCHANGED }).waitFor();
  expect(await exchanged.textContent()).toMatch(/gateway.*请先经度后纬度.*经度 35.647，纬度 114.433/s);
  const stranger = dialog.getByRole('row').filter({ hasText: '队伍车辆或终端未登记' });
  expect(await stranger.textContent()).toMatch(new RegExp(`gateway.*请先登记，或核对编号.*${STRANGER}`, 's'));
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('p');
  await dialog.waitFor({ state: 'detached' });

  const known = await (await (await asCommander()).get('/api/v1/positions')).text();
  expect(known).not.toContain(EXCHANGED);
  expect(known).not.toContain(STRANGER);
  expect(await pick(page, [114.433, 35.647])).not.toContain('114.43300');
  expect(await pick(page, [114.533, 35.547])).not.toContain('114.53300');
  expect(faults).toEqual([]);
  await context.close();
});

it('what cannot be refreshed says so, and the desk goes on', async () => {
  await refusedOf([{ unit: STRANGER, lon: 114.533, lat: 35.547 }]);
  const { page, context, faults } = await visit(browser, 'dispatcher', '/desk');
  await page.getByRole('button', { name: /位置上报异常 \d+/ }).waitFor({ timeout: 35_000 });
  await page.route('**/positions/refusals', (route) => route.abort());
  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: '位置上报异常' });
  await dialog.getByRole('note').filter({ hasText: '未能更新' }).waitFor();
  await dialog.getByText(STRANGER).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await page.getByRole('dialog', { name: '发布预警' }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

/** Sends positions as a gateway does, none of which may be taken, and returns why each was not. */
async function refusedOf(positions: readonly { unit: string; lon: number; lat: number }[]): Promise<string[]> {
  const gateway = await request.newContext({ baseURL: BASE_URL, extraHTTPHeaders: { Authorization: 'Bearer demo-gateway' } });
  const at = new Date().toISOString();
  const reply = await gateway.post('/api/v1/positions', { data: positions.map((one) => ({ ...one, at })) });
  const taken = (await reply.json()) as { accepted: number; refusals: { code: string }[] };
  expect([reply.status(), taken.accepted]).toEqual([202, 0]);
  await gateway.dispose();
  return taken.refusals.map((one) => one.code);
}
