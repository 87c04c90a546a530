/**
 * A spot check that asks where whoever answers is: one at his post counts as there, one far away as elsewhere on the roll
 * call and in the month, and one whose phone may not tell answers all the same. On a node of its own, with rules of its own.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Locator, type Page } from 'playwright-core';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit, type Visitor } from './support';

const SOON_MS = 30_000;
const COUNTY = '990101000000';
const ROOM = { longitude: 114.5, latitude: 35.6 };
const METRES_PER_DEGREE = 111_195;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];
/** The demonstration's phone is the county's leader's, so that he is who is checked. */
const RULES: readonly [string, string][] = [
  ['# within_m = 300', `within_m = 300\nrooms = { "${COUNTY}" = [${ROOM.longitude}, ${ROOM.latitude}] }`],
  ['{ level = "county", duty = "duty_officer", ladder = "spot_check"', '{ level = "county", duty = "lead_officer", ladder = "spot_check"'],
];

let browser: Browser;
let node: Node;
let commander: APIRequestContext;
let desk: Visitor;
/** The county's leader, as tiles name him. */
let leader = '';
const folder = mkdtempSync(join(tmpdir(), 'jiaoying-where-'));

beforeAll(async () => {
  const policies = join(folder, 'policies.toml');
  const shipped = readFileSync(new URL('../../config/policies.toml', import.meta.url), 'utf8');
  writeFileSync(policies, RULES.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the shipped policies have no ${from}`);
    return text.replace(from, to);
  }, shipped));
  const people = new URL('people.toml', import.meta.url).pathname;
  browser = await launch();
  node = await startNode(nodeBinary(), undefined, `policies = "${policies}"\n[channels]\nsimulated_people = "${people}"\n`);
  commander = await request.newContext({ baseURL: node.url });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
});

afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
  await node?.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('one who answers at his post is there, and his record says so', async () => {
  await answerFrom(40, '位置：已取得（约 ±20 米），随应答上报');
  await ofLeader('li.on_post').waitFor({ timeout: SOON_MS });
  await desk.page.locator('.record tr', { hasText: '位置 ✓' }).waitFor({ state: 'attached', timeout: SOON_MS });
});

it('one who answers far from it is elsewhere, on the roll call and in the month', async () => {
  await answerFrom(1_240, '位置：已取得（约 ±20 米），随应答上报');
  const tile = ofLeader('li.elsewhere');
  await tile.waitFor({ timeout: SOON_MS });
  expect(await tile.textContent()).toMatch(/异地.*距岗位 1\.2 公里/);
  await desk.page.locator('.record tr.missing', { hasText: '异地 距岗位 1.2 公里' }).waitFor({ state: 'attached', timeout: SOON_MS });
  expect(await seriousFaults(desk.page)).toEqual([]);
  await keep(desk.page, 'where-desk');

  await desk.page.keyboard.press('t');
  const month = desk.page.getByRole('dialog', { name: /值班抽查统计$/ });
  await month.getByText('距岗位 1.2 公里 应答').first().waitFor({ timeout: SOON_MS });
  await keep(desk.page, 'where-month');
  await desk.page.keyboard.press('Escape');
  await month.waitFor({ state: 'detached' });
});

it('one whose phone may not tell where it is answers all the same', async () => {
  await answerFrom(undefined, '取不到位置：未授权；应答照常有效，但不能证明在岗');
  await ofLeader('li.on_post').waitFor({ timeout: SOON_MS });
  expect(desk.faults).toEqual([]);
});

/** Opens a check and answers it on the phone, so many metres north of the duty room; the page has said `line` by then. */
async function answerFrom(metres: number | undefined, line: string): Promise<void> {
  await takeBack();
  const { page, context, faults } = await visit(browser, 'leader', '/phone', node.url);
  const me = (await (await context.request.get('/api/v1/sessions/current')).json()) as { person?: { name: string } };
  leader = me.person?.name ?? 'nobody';
  await context.grantPermissions(metres === undefined ? [] : ['geolocation']);
  if (metres !== undefined) await context.setGeolocation({ ...ROOM, latitude: ROOM.latitude + metres / METRES_PER_DEGREE, accuracy: 20 });
  await page.getByText('在线').waitFor();
  expect(await page.getByText('位置').count()).toBe(0);

  const subject = `值班抽查 ${Date.now()}`;
  const reply = await commander.post('/api/v1/callouts', { data: { subject, kind: 'spot_check', area: COUNTY } });
  if (!reply.ok()) throw new Error(`no check: ${reply.status()} ${await reply.text()}`);
  await page.getByRole('heading', { name: subject }).waitFor({ timeout: SOON_MS });
  await openRollCall(subject);
  await page.getByText(line).waitFor({ timeout: SOON_MS });
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, `where-phone-${metres ?? 'refused'}`);

  await page.getByRole('button', { name: '收到' }).click();
  await page.locator('li.done', { hasText: '已送达' }).waitFor({ timeout: SOON_MS });
  expect(await page.getByText(line).count()).toBe(0);
  expect(faults).toEqual([]);
  await context.close();
}

/** Opens a desk of its own for each check: one that is open goes on with the check that it shows. */
async function openRollCall(subject: string): Promise<void> {
  await (desk as Visitor | undefined)?.context.close();
  desk = await visit(browser, 'dispatcher', '/desk', node.url);
  await desk.page.getByRole('button', { name: /^点名板/ }).first().waitFor({ timeout: SOON_MS });
  await desk.page.keyboard.press('d');
  await desk.page.getByRole('heading', { level: 2, name: subject }).waitFor({ timeout: SOON_MS });
}

/** Takes back the check before, so that the new one is the only one. */
async function takeBack(): Promise<void> {
  const { items } = (await (await commander.get('/api/v1/callouts?open=true')).json()) as { items: { id: string }[] };
  for (const { id } of items) await commander.post(`/api/v1/callouts/${id}/withdraw`, { data: { reason: '下一次抽查' } });
}

/** Returns the leader's tile where it stands as `selector` says. */
function ofLeader(selector: string): Locator {
  return desk.page.locator(`main ${selector}`, { hasText: leader });
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
