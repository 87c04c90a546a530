/**
 * A first report from the call to the printed sheet before its clocks run out, and a round in which townships report, by
 * keyboard. On a node of its own, whose rules ask for a round every hour, the next of them in half an hour.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type APIRequestContext, type Browser, type Page } from 'playwright-core';
import { goTo, hold, tab } from './desk';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
const MINUTE = String(new Date(Date.now() + 30 * 60_000).getUTCMinutes()).padStart(2, '0');
const TIMES = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:${MINUTE}`);
const RULES = `
[[rule]]
id = "first"
hop = "county_to_city"
stage = "first"
from = "receipt"
phone = { minutes = 30 }
written = { minutes = 60 }
source = "测试规则"
confirmed = true

[[round]]
id = "hourly"
zh = "逐时报"
en = "Hourly"
times = ${JSON.stringify(TIMES)}
source = "测试规则"
confirmed = true
${['零报告', '一日三报', '每日调度'].map((name, index) => `
# A response asks for it.
[[round]]
id = "asked_${index}"
zh = "${name}"
en = "${name}"
times = ["08:00"]
source = "测试规则"
confirmed = true
`).join('')}`;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];

interface Clock { medium: string; state: string; late_s: number }
interface Step { by: string }
interface Report { id: string; state: string; stage: string; revision: number; title: string; text: string; number?: string; late_s: number; drafted: Step; checked?: Step; signed?: Step; sent?: Step }
interface Dossier { clocks: Clock[]; calls: { whom: string }[]; reports: Report[] }
interface Round { id: string; townships: { area: string; name: string; state: string; by?: string; answer?: unknown }[] }

let browser: Browser;
let node: Node;
let commander: APIRequestContext;
const folder = mkdtempSync(join(tmpdir(), 'jiaoying-rules-'));

beforeAll(async () => {
  browser = await launch();
  const rules = join(folder, 'deadlines.toml');
  writeFileSync(rules, RULES);
  node = await startNode(nodeBinary(), undefined, `deadlines = ${JSON.stringify(rules)}\n`);
  commander = await request.newContext({ baseURL: node.url });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
});

afterAll(async () => {
  await commander?.dispose();
  await browser?.close();
  await node?.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('a first report is told by phone, drafted, changed, checked, signed by another, sent and printed in time', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 0/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('e');
  const form = page.getByRole('dialog', { name: '登记接报' });
  await form.getByRole('option', { name: /堤防重大险情/ }).waitFor();
  await page.keyboard.type('dfzd');
  await page.keyboard.press('Tab');
  await page.keyboard.type('柳河镇北堤 3 号闸旁');
  await page.keyboard.press('Tab');
  await page.keyboard.type('堤防决口约 20 米，12 人被困');
  await page.keyboard.press('Control+Enter');
  await form.waitFor({ state: 'detached' });

  // The incident says what is due of it, and so does the tab, on whatever page one is.
  const brief = page.getByRole('button', { name: /报告时限 首报/ });
  await brief.getByText(/电话/).waitFor({ timeout: SOON_MS });
  await brief.getByText(/书面/).waitFor();
  await tab(page, '信息报告').getByText(/待报 2 · 剩 \d+:\d\d/).waitFor({ timeout: SOON_MS });
  await keep(page, 'incident-clocks');
  await goTo(page, '信息报告');
  await page.getByRole('heading', { level: 2, name: /首报/ }).waitFor();
  await page.getByText(/还没有拟稿。按 D/).waitFor();

  await page.keyboard.press('t');
  const call = page.getByRole('dialog', { name: /电话已报/ });
  await call.waitFor();
  await page.keyboard.type('市局值班室 王五');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'call');
  await page.keyboard.press('Control+Enter');
  await call.waitFor({ state: 'detached' });
  await page.getByRole('complementary').getByText('市局值班室 王五').waitFor();
  await page.getByRole('main').getByText(/\d\d:\d\d 已报/).first().waitFor();

  await page.keyboard.press('d');
  const text = page.getByRole('textbox', { name: '正文' });
  await text.waitFor();
  expect(await text.inputValue()).toContain('柳河镇北堤 3 号闸旁');
  await page.keyboard.press('v');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('已调集冲锋舟 2 艘。');
  await page.getByText('有修改未保存').waitFor();
  // What is not saved is not checked.
  expect(await page.getByRole('button', { name: /^核稿/ }).isDisabled()).toBe(true);
  await page.keyboard.press('Control+Enter');
  await page.getByText(/第 2 稿/).waitFor();
  await page.keyboard.press('c');
  await page.getByText('待签发').waitFor();
  expect(await page.getByRole('button', { name: /^签发/ }).count()).toBe(0);
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'checked');

  await signAsCommander();

  await page.getByText('待报送').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('g');
  await hold(page, page.getByRole('button', { name: '按住 1.5 秒：已报送' }));
  await page.getByText(/^已报送$/).first().waitFor();
  await keep(page, 'sent');
  const [sheet] = await Promise.all([context.waitForEvent('page'), page.keyboard.press('p')]);
  await sheet.getByRole('heading', { name: '突发事件信息专报' }).waitFor();
  await sheet.getByText('已调集冲锋舟 2 艘。').waitFor();
  await keep(sheet, 'sheet');
  await sheet.close();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  const { clocks, calls, reports } = await dossier();
  expect(clocks.map(({ medium, state, late_s }) => [medium, state, late_s])).toEqual([['phone', 'met', 0], ['written', 'met', 0]]);
  expect(calls.map(({ whom }) => whom)).toEqual(['市局值班室 王五']);
  const [report] = reports;
  expect([report?.state, report?.revision, report?.late_s]).toEqual(['sent', 2, 0]);
  expect([report?.drafted.by, report?.checked?.by, report?.signed?.by, report?.sent?.by]).toEqual(['dispatcher', 'dispatcher', 'commander', 'dispatcher']);
  expect(report?.number).toMatch(/第1期/);
  expect(faults).toEqual([]);
  await context.close();
});

it('what somebody else changed of a report meanwhile is shown, and nothing typed is lost', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 1/ }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('i');
  await page.getByRole('heading', { level: 1, name: /堤防重大险情/ }).waitFor();
  await page.keyboard.press('s');
  await page.getByRole('heading', { level: 2, name: /首报/ }).waitFor();
  await page.keyboard.press('d');
  await page.getByRole('heading', { level: 2, name: /续报/ }).waitFor();
  const text = page.getByRole('textbox', { name: '正文' });
  await text.waitFor();
  await page.keyboard.press('v');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('我写的一句。');

  const known = (await dossier()).reports.find((report) => report.stage === 'follow_up');
  if (known === undefined) throw new Error('the follow-up was drafted');
  const edit = await commander.post(`/api/v1/reports/${known.id}/edit`, { data: { revision: 1, to: ['city'], title: `${known.title}（改）`, text: '指挥长写的正文。' } });
  expect(edit.status(), await edit.text()).toBe(200);
  const quarrel = page.getByRole('alert').filter({ hasText: 'commander' });
  await quarrel.getByText('你们都改了：正文').waitFor({ timeout: SOON_MS });
  await quarrel.getByText('指挥长写的正文。').waitFor();
  expect(await text.inputValue()).toContain('我写的一句。');
  expect(await page.getByRole('textbox', { name: '标题' }).inputValue()).toContain('（改）');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'conflict');
  await page.keyboard.press('Control+Enter');
  await page.getByText(/第 3 稿/).waitFor();
  expect((await reportOf(known.id)).text).toContain('我写的一句。');

  // It comes back with a reason, and at last never goes out: the record says why.
  const back = await commander.post(`/api/v1/reports/${known.id}/return`, { data: { reason: '数字要核实' } });
  expect(back.status(), await back.text()).toBe(200);
  await page.getByText(/commander .*退回：数字要核实/).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('x');
  const drop = page.getByRole('dialog', { name: /作废/ });
  await page.keyboard.type('并入下一份');
  await hold(page, drop.getByRole('button', { name: '按住 1.5 秒：作废' }));
  await drop.waitFor({ state: 'detached' });
  expect((await reportOf(known.id)).state).toBe('dropped');
  expect(faults).toEqual([]);
  await context.close();
});

it('a report that is late is seen from every page', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 1/ }).waitFor({ timeout: SOON_MS });
  const received_at = new Date(Date.now() - 2 * 3_600_000).toISOString();
  const incident = { kind: '11A04', area: '990101000000', address: '南堤旧闸', source: { way: 'phone' }, casualties: {}, received_at, occurred_at: received_at, drill: true };
  const taken = await commander.post('/api/v1/incidents', { data: incident });
  expect(taken.status(), await taken.text()).toBe(201);
  const { id } = (await taken.json()) as { id: string };
  await tab(page, '信息报告').getByText(/待报 2 · 超时 1:\d\d:\d\d/).waitFor({ timeout: SOON_MS });
  await keep(page, 'late');
  await goTo(page, '信息报告');
  await page.getByRole('heading', { level: 2, name: /【演练】首报/ }).waitFor();
  await page.getByText('时限 2 个，其中超时 2').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'late-page');
  // It was not so: nobody has to report it any more.
  const over = await commander.post(`/api/v1/incidents/${id}/stage`, { data: { stage: 'unfounded', note: '误报' } });
  expect(over.status(), await over.text()).toBe(200);
  await tab(page, '信息报告').getByText(/待报/).waitFor({ state: 'detached', timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

it('a round is started, a township answered for, put right, and the round ended', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 \d/ }).waitFor({ timeout: SOON_MS });
  await goTo(page, '定时报告');
  await page.getByRole('main').getByText(/没有启动过定时报告/).first().waitFor();
  await page.keyboard.press('n');
  const start = page.getByRole('dialog', { name: '启动定时报告' });
  await start.getByRole('radio', { name: /逐时报/ }).waitFor();
  await start.getByLabel(/缘由/).focus();
  await page.keyboard.type('汛期');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'round-start');
  await hold(page, start.getByRole('button', { name: /按住 1.5 秒：向 (?:[2-9]|\d\d) 个乡镇启动逐时报/ }));
  await start.waitFor({ state: 'detached' });
  const grid = page.getByRole('main').getByRole('button');
  await grid.filter({ hasText: '柳河镇' }).getByText('待报').waitFor({ timeout: SOON_MS });
  await tab(page, '定时报告').getByText(/待报 \d+ · 剩/).waitFor({ timeout: SOON_MS });

  await page.keyboard.press('f');
  await page.keyboard.type('lhz');
  await page.keyboard.press('Enter');
  const answer = page.getByRole('dialog', { name: '代报：柳河镇' });
  await answer.getByRole('button', { name: /报：无情况/ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await answer.waitFor({ state: 'detached' });
  await grid.filter({ hasText: '柳河镇' }).getByText('无情况').waitFor();
  // Whom to ring there stands beside it.
  await page.getByRole('complementary').getByText('值班员').waitFor();

  await page.keyboard.press('Enter');
  await answer.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('2');
  await page.keyboard.press('Tab');
  await page.keyboard.type('一百');
  await page.keyboard.press('Control+Enter');
  await answer.getByRole('alert').filter({ hasText: '转移：应为人数' }).waitFor();
  await answer.getByLabel('转移').fill('130');
  await keep(page, 'round-answer');
  await page.keyboard.press('Control+Enter');
  await answer.waitFor({ state: 'detached' });
  const cell = grid.filter({ hasText: '柳河镇' });
  await cell.getByText('被困 2 人、转移 130 人').waitFor();
  await cell.getByText(/更正/).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'round');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Rounds' }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByRole('button', { name: '中文' }).click();

  await page.keyboard.press('x');
  const end = page.getByRole('dialog', { name: /停止 · 逐时报/ });
  await end.waitFor();
  await page.keyboard.type('汛情结束');
  await hold(page, end.getByRole('button', { name: '按住 1.5 秒：停止' }));
  await end.waitFor({ state: 'detached' });
  await page.getByText(/停止：汛情结束/).waitFor();
  const { items } = (await (await commander.get('/api/v1/rounds')).json()) as { items: Round[] };
  const townships = items[0]?.townships ?? [];
  const own = townships.find(({ name }) => name === '柳河镇');
  expect([own?.state, own?.by, own?.answer]).toEqual(['answered', 'dispatcher', { what: 'numbers', casualties: { trapped: 2 }, moved: 130 }]);
  expect(townships.filter(({ state }) => state === 'waiting' || state === 'late')).toEqual([]);
  await tab(page, '定时报告').getByText(/待报/).waitFor({ state: 'detached', timeout: SOON_MS });
  expect(faults).toEqual([]);
  await context.close();
});

/** Another one has to sign: whoever drafted it may not. */
async function signAsCommander(): Promise<void> {
  const { page, faults, context } = await visit(browser, 'commander', '/desk', node.url);
  await page.getByRole('button', { name: /突发事件 1/ }).waitFor({ timeout: SOON_MS });
  await goTo(page, '信息报告');
  await page.getByText('待签发').waitFor({ timeout: SOON_MS });
  await page.keyboard.press('s');
  const sign = page.getByRole('dialog', { name: '签发' });
  await sign.waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'sign');
  await page.keyboard.press('Enter');
  await sign.waitFor({ state: 'detached' });
  await page.getByText('待报送').waitFor();
  expect(faults).toEqual([]);
  await context.close();
}

async function dossier(): Promise<Dossier> {
  return (await (await commander.get('/api/v1/incidents/i-1/reports')).json()) as Dossier;
}

async function reportOf(id: string): Promise<Report> {
  return (await (await commander.get(`/api/v1/reports/${id}`)).json()) as Report;
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/reports-${name}.png` });
}
