/** The map as people use it, and vehicles that report to it. */

import { expect } from 'vitest';
import { request, type Page } from 'playwright-core';
import { BASE_URL } from './support';

/** Degrees of WGS-84. */
export type Place = readonly [lon: number, lat: number];

/** Reports a place as a gateway does: `step` keeps later reports later. */
export async function report(unit: string, place: Place, step: number, base = BASE_URL): Promise<void> {
  await reportAll([[unit, place]], step, base);
}

/** Reports where units are, in one request. */
export async function reportAll(units: readonly (readonly [string, Place])[], step: number, base = BASE_URL): Promise<void> {
  const gateway = await request.newContext({ baseURL: base, extraHTTPHeaders: { Authorization: 'Bearer demo-gateway' } });
  const at = new Date(Date.now() + step).toISOString();
  const data = units.map(([unit, [lon, lat]]) => ({ unit, lon, lat, at, speed: 30, heading: 45 }));
  const reply = await gateway.post('/api/v1/positions', { data });
  expect([reply.status(), await reply.text()]).toEqual([202, expect.stringContaining(`"accepted":${units.length}`)]);
  await gateway.dispose();
}

/** Waits until the map has told the server what it shows, which it does once it can draw. */
export async function drawn(page: Page): Promise<void> {
  await page.locator('section.map[data-view]').waitFor({ timeout: 90_000 });
}

export async function count(page: Page, what: 'units' | 'expired'): Promise<number> {
  return Number(await page.locator('section.map').getAttribute(`data-${what}`));
}

/** Clicks where a place is drawn, and returns what the map says of the unit there. */
export async function pick(page: Page, place: Place): Promise<string> {
  const map = page.locator('section.map');
  const { x, y } = await pointOf(page, place);
  const box = await map.boundingBox();
  await map.locator('canvas').click({ position: { x: x - (box?.x ?? 0), y: y - (box?.y ?? 0) } });
  return (await map.getByRole('complementary').textContent({ timeout: 5_000 }).catch(() => '')) ?? '';
}

/** Returns where on the page a place is drawn. */
export async function pointOf(page: Page, [lon, lat]: Place): Promise<{ x: number; y: number }> {
  await drawn(page);
  const map = page.locator('section.map');
  const [west, south, east, north] = JSON.parse(await map.getAttribute('data-view') ?? '[]') as [number, number, number, number];
  const mercator = (degrees: number): number => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360));
  const box = await map.boundingBox();
  if (box === null) throw new Error('the map has no place');
  const x = box.x + ((lon - west) / (east - west)) * box.width;
  const y = box.y + ((mercator(north) - mercator(lat)) / (mercator(north) - mercator(south))) * box.height;
  return { x, y };
}
