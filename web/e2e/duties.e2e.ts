/**
 * A leader's own duties on the phone: one is asked away in exchange for a colleague's and taken back; a colleague's question is
 * answered from the same page. Two looks at one login learn of it without loading the page again.
 */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { APIRequestContext, Browser } from 'playwright-core';
import { asCommander, launch, seriousFaults, visit, withdrawAll } from './support';

const SOON_MS = 20_000;
const DAYS_AHEAD = 60;
/** `E2E_SHOTS=folder` keeps a picture of each page. */
const SHOTS = process.env['E2E_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('a leader asks a colleague to stand in, takes it back, and answers another', async () => {
  await withdrawAll();
  const { page, context, faults } = await visit(browser, 'leader', '/phone');
  const elsewhere = await visit(browser, 'leader', '/phone');
  for (const one of [page, elsewhere.page]) await one.getByRole('button', { name: '我的值班' }).click({ timeout: SOON_MS });

  // The one that has begun may be asked away as well; a later one is no trouble to whoever is on duty now.
  await page.locator('.turn').last().click();
  await page.getByRole('button', { name: '来不了，谁能替？' }).click();
  await page.getByText('批准之前仍由您值班').waitFor();
  const colleague = page.locator('.two').first().locator('button:enabled').first();
  const name = ((await colleague.textContent()) ?? '').trim().split(/\s/)[0] ?? '';
  await colleague.click();
  await page.getByRole('button', { name: '出差' }).click();
  await page.getByText(`替 ${name} 上哪一班（串班）`).locator('xpath=following-sibling::button[2]').click();
  expect(await seriousFaults(page)).toEqual([]);
  if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/duties-ask.png` });
  await page.getByRole('button', { name: '发出请求' }).click();

  for (const one of [page, elsewhere.page]) await one.getByText(`等 ${name} 答复，目前仍由您值班`).waitFor({ timeout: SOON_MS });
  await elsewhere.page.getByText('还班').first().waitFor();
  await elsewhere.page.locator('.turn', { hasText: '换班中' }).waitFor();
  expect(await seriousFaults(elsewhere.page)).toEqual([]);
  if (SHOTS !== undefined) await elsewhere.page.screenshot({ path: `${SHOTS}/duties-list.png` });
  await page.getByRole('button', { name: '撤回' }).click();
  await elsewhere.page.getByText('已撤回，仍由您值班').first().waitFor({ timeout: SOON_MS });

  const asker = await askFor(context.request);
  // What waits may be put off for a look at one's own duties.
  await elsewhere.page.getByText(`请您替 ${asker} 值班`).waitFor({ timeout: SOON_MS });
  await elsewhere.page.getByRole('button', { name: '不行' }).click();
  await elsewhere.page.getByText(`没有人能来，仍由${asker}值班`).first().waitFor({ timeout: SOON_MS });
  expect([...faults, ...elsewhere.faults]).toEqual([]);
});

/** Has the desk ask the leader to stand in for a colleague; returns whom. */
async function askFor(leader: APIRequestContext): Promise<string> {
  const me = (await (await leader.get('/api/v1/sessions/current')).json()) as { person: { id: string } };
  const { items: own } = (await (await leader.get(`/api/v1/duties/mine?days=${DAYS_AHEAD}`)).json()) as { items: Turn[] };
  const turn = own.at(-1);
  if (turn === undefined) throw new Error('the leader has no duty to come');
  const { post, from, to } = turn;
  const found = await leader.get('/api/v1/duties/colleagues', { params: { post, from, to } });
  const { items } = (await found.json()) as { items: { id: string; name: string; duties: { from: string; to: string }[] }[] };
  const asker = items.find(({ duties }) => duties.length > 0);
  const theirs = asker?.duties.at(-1);
  if (asker === undefined || theirs === undefined) throw new Error('no colleague has a duty to come');
  const commander = await asCommander();
  const reply = await commander.post('/api/v1/swaps', {
    data: { person: asker.id, post, from: theirs.from, to: theirs.to, ask: [me.person.id], reason: '家中有事' },
  });
  if (reply.status() !== 201) throw new Error(`the desk cannot ask: ${reply.status()} ${await reply.text()}`);
  return asker.name;
}

interface Turn {
  post: string;
  from: string;
  to: string;
}
