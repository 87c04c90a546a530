/**
 * What a warning suggests is decided, and what the public is told is worded, approved or sent back, by those who may;
 * and how the sources of warnings are is seen. On a node of its own, so that its numbers are the year's first.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { request, type Browser, type Locator, type Page } from 'playwright-core';
import { nodeBinary, startNode, type Node } from './services';
import { launch, seriousFaults, visit } from './support';

const SOON_MS = 30_000;
/** `E2E_SHOTS=folder` keeps a picture of each page at each stage. */
const SHOTS = process.env['E2E_SHOTS'];
/** One time for all: what says the same of the same time is the same warning. */
const SENT = new Date().toISOString();
const RAIN = '示例县气象台发布暴雨红色预警';
const DRILL = '示例县气象台发布暴雨橙色预警演练';
/** Nothing listens there. */
const SOURCES = `
[[sources]]
name = "国家预警"
kind = "nmc"
url = "http://127.0.0.1:9/list"
every_s = 1
silent_after_s = 3

[[sources]]
name = "省平台"
kind = "folder"
folder = "FOLDER"
every_s = 1
silent_after_s = 600

[[sources]]
name = "市气象局"
kind = "push"
login = "gateway"
silent_after_s = 3600
`;

let browser: Browser;
let node: Node;

beforeAll(async () => {
  browser = await launch();
  node = await startNode(nodeBinary(), undefined, SOURCES);
});

afterAll(async () => {
  await browser?.close();
  await node?.kill();
});

it('a commander takes up what a red warning suggests, and approves what the public is told; a dispatcher cannot', async () => {
  await warn('gateway', { colour: 'red', headline: RAIN, identifier: 'e2e-rain' });
  const commander = await visit(browser, 'commander', '/desk', node.url);
  const dispatcher = await visit(browser, 'dispatcher', '/desk', node.url);
  const { page } = commander;
  await page.getByRole('button', { name: detailsOf(RAIN) }).waitFor({ timeout: SOON_MS });
  await page.keyboard.press('w');
  const dialog = page.getByRole('dialog', { name: `预警详情：${RAIN}` });
  const suggestion = dialog.getByRole('region', { name: '处置建议' });
  await suggestion.getByText('启动Ⅱ级应急响应').waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'dossier-open');

  // One key does nothing: it has to be held.
  const take = suggestion.getByRole('button', { name: '按住 1.5 秒采纳所选' });
  await suggestion.getByRole('checkbox', { name: /待命队伍/ }).uncheck();
  await take.press('Enter');
  await page.keyboard.press('Enter');
  expect(await suggestion.getByText(/已采纳/).count()).toBe(0);
  await hold(page, take, suggestion.getByText('已采纳：应急响应、责任岗位、隐患点'));

  const bulletin = dialog.getByRole('region', { name: '发布稿（告知公众）' });
  const sms = bulletin.getByRole('textbox', { name: /短信/ });
  await sms.fill('雨'.repeat(71));
  await bulletin.getByText('超出 1').waitFor();
  expect(await bulletin.getByRole('button', { name: '提交审批' }).isDisabled()).toBe(true);
  await keep(page, 'dossier-long');
  await sms.fill('【示例县】今夜有特大暴雨，请低洼地带群众立即转移。');
  await bulletin.getByRole('button', { name: '提交审批' }).click();
  await bulletin.getByText('待批准').waitFor();

  // A dispatcher sees that it waits, and approves nothing.
  const seen = dispatcher.page;
  await seen.getByRole('button', { name: /待批发布稿 1/ }).waitFor({ timeout: SOON_MS });
  await keep(seen, 'dossier-chip');
  await seen.keyboard.press('b');
  const theirs = seen.getByRole('dialog', { name: `预警详情：${RAIN}` });
  await theirs.getByText('今夜有特大暴雨').waitFor();
  await theirs.getByText('由指挥长或带班领导批准').waitFor();
  expect(await theirs.getByRole('button', { name: /批准发布|采纳|退回/ }).count()).toBe(0);
  expect(await seriousFaults(seen)).toEqual([]);
  await keep(seen, 'dossier-dispatcher');

  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'dossier-waits');
  const approve = bulletin.getByRole('button', { name: '按住 1.5 秒批准发布' });
  await approve.press('Enter');
  expect(await bulletin.getByText('待批准').count()).toBe(1);
  await hold(page, approve, bulletin.getByText(/\d{4}年第1期/));
  await theirs.getByText(/\d{4}年第1期/).waitFor({ timeout: SOON_MS });
  await keep(page, 'dossier-issued');
  for (const one of [page, seen]) {
    await one.keyboard.press('w');
    await one.locator('dialog').waitFor({ state: 'detached' });
    await one.getByRole('button', { name: /待批发布稿/ }).waitFor({ state: 'detached', timeout: SOON_MS });
  }
  expect([...commander.faults, ...dispatcher.faults]).toEqual([]);
  await Promise.all([commander.context.close(), dispatcher.context.close()]);
});

it('what two sources contradict each other about is said plainly', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('button', { name: detailsOf(RAIN) }).click();
  const tellers = page.getByRole('region', { name: '谁报告的' });
  await tellers.getByText('gateway').waitFor();
  // It comes while somebody reads.
  await warn('dispatcher', { colour: 'orange', headline: RAIN, identifier: 'e2e-rain' });
  await tellers.getByText('颜色：先收到红色，后收到橙色').waitFor({ timeout: SOON_MS });
  await keep(page, 'dossier-differs');
  expect(faults).toEqual([]);
  await context.close();
});

it('a drill is marked everywhere, and what was sent back can be worded again', async () => {
  await warn('gateway', { colour: 'orange', headline: DRILL, identifier: 'e2e-drill', status: 'exercise' });
  const dispatcher = await visit(browser, 'dispatcher', '/desk', node.url);
  const { page } = dispatcher;
  await page.getByRole('button', { name: detailsOf(DRILL) }).click();
  await page.getByRole('dialog', { name: `预警详情：【演练】${DRILL}` }).waitFor();
  const bulletin = page.getByRole('region', { name: '发布稿（告知公众）' });
  const sms = bulletin.getByRole('textbox', { name: /短信/ });
  expect(await sms.inputValue()).toMatch(/^【演练】/);
  await sms.fill('暴雨来了');
  await bulletin.getByText('须以【演练】开头').waitFor();
  await sms.fill('【演练】暴雨来了');
  await bulletin.getByRole('button', { name: '提交审批' }).click();
  await bulletin.getByText('待批准').waitFor();

  const commander = await visit(browser, 'commander', '/desk', node.url);
  await commander.page.getByRole('button', { name: /待批发布稿 1/ }).click();
  const theirs = commander.page.getByRole('region', { name: '发布稿（告知公众）' });
  await theirs.getByRole('button', { name: '退回' }).click();
  await theirs.getByText(/「退回理由」必填/).waitFor();
  await theirs.getByRole('textbox', { name: '退回理由' }).fill('请写明转移地点');
  await keep(commander.page, 'dossier-drill');
  await theirs.getByRole('button', { name: '退回' }).click();
  await theirs.getByText('已退回：请写明转移地点').waitFor();
  await bulletin.getByText('已退回：请写明转移地点').waitFor({ timeout: SOON_MS });
  expect(await sms.inputValue()).toBe('【演练】暴雨来了');
  await keep(page, 'dossier-refused');
  expect([...commander.faults, ...dispatcher.faults]).toEqual([]);
  await Promise.all([commander.context.close(), dispatcher.context.close()]);
});

it('the sources of warnings are read by one key: which is heard, which is not, and why', async () => {
  const { page, faults, context } = await visit(browser, 'dispatcher', '/desk', node.url);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog', { name: '预警信息源' });
  const row = (name: string): Locator => dialog.getByRole('row').filter({ hasText: name });
  await row('国家预警').filter({ hasText: /中断.*连接不上对方/s }).waitFor({ timeout: SOON_MS });
  await row('省平台').filter({ hasText: '正常' }).waitFor({ timeout: SOON_MS });
  expect(await row('市气象局').textContent()).toMatch(/对方推送/);
  // What to look at comes first.
  expect(await dialog.getByRole('row').nth(1).textContent()).toContain('国家预警');
  expect(await seriousFaults(page)).toEqual([]);
  await keep(page, 'sources');
  await page.keyboard.press('x');
  await dialog.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await context.close();
});

function detailsOf(headline: string): RegExp {
  return new RegExp(`^详情\\s*：${headline}`);
}

/** Holds a button by key until it has acted. */
async function hold(page: Page, button: Locator, done: Locator): Promise<void> {
  await button.focus();
  await page.keyboard.down('Enter');
  await done.waitFor({ timeout: SOON_MS });
  await page.keyboard.up('Enter');
}

/** Issues a warning as a machine or somebody at a desk does. */
async function warn(login: 'gateway' | 'dispatcher', more: object): Promise<void> {
  const caller = await request.newContext({
    baseURL: node.url, ...(login === 'gateway' ? { extraHTTPHeaders: { Authorization: 'Bearer demo-gateway' } } : {}),
  });
  if (login !== 'gateway') await caller.post('/api/v1/sessions', { data: { login, password: `demo-${login}` } });
  const reply = await caller.post('/api/v1/warnings', {
    data: {
      event: '暴雨', event_code: '11B03', description: '三小时降雨将达 100 毫米以上。', instruction: '请立即转移危险区域人员。',
      areas: ['990101000000'], sender: 'e2e', sent: SENT, ...more,
    },
  });
  expect(await reply.text()).toContain('"id"');
  await caller.dispose();
}

async function keep(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png` });
}
