/** A browser, people logged in to their pages, and a socket that can be cut. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inject } from 'vitest';
import { chromium, request, type Browser, type BrowserContext, type Page, type WebSocketRoute } from 'playwright-core';

export const BASE_URL = inject('server');

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const SIZES = {
  '/phone': { width: 390, height: 844 },
  '/desk': { width: 1440, height: 900 },
  '/admin': { width: 1440, height: 900 },
  '/screen': { width: 1920, height: 1080 },
  '/login': { width: 1440, height: 900 },
} as const;

export type Path = keyof typeof SIZES;

/** CSS pixels. */
type Size = Readonly<{ width: number; height: number }>;

/** Somebody at their page, and what went wrong there. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Requests that left our own origin, errors on the console and uncaught ones. */
  faults: string[];
  /** Cuts the live connection and keeps it cut until told otherwise. */
  cut(): Promise<void>;
  mend(): void;
}

/** Starts a browser; `flags` may take from it what some offices' computers lack. */
export function launch(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] });
}

/** Opens `path` as a demonstration login; nobody in particular for the login page. */
export async function visit(
  browser: Browser, login: string | undefined, path: Path, base = BASE_URL, viewport: Size = SIZES[path],
): Promise<Visitor> {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', baseURL: base });
  if (login !== undefined) {
    const reply = await context.request.post('/api/v1/sessions', { data: { login, password: `demo-${login}` } });
    if (reply.status() !== 201) throw new Error(`${login} cannot log in: ${reply.status()} ${await reply.text()}`);
  }
  const page = await context.newPage();
  const faults = watch(page, base);
  const sockets = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/api\/v1\/live/, (socket) => {
    if (isCut) return void socket.close({ code: 1011 });
    socket.connectToServer();
    sockets.add(socket);
    return undefined;
  });
  await page.goto(path);
  return {
    page, context, faults,
    cut: async () => {
      isCut = true;
      await Promise.all([...sockets].map((socket) => socket.close({ code: 1011 })));
      sockets.clear();
    },
    mend: () => void (isCut = false),
  };
}

/** Issues a warning as a machine does, and returns the callout it opened. */
export async function issueWarning(colour: string, headline: string): Promise<{ id: string; subject: string }> {
  const gateway = await request.newContext({ baseURL: BASE_URL, extraHTTPHeaders: { Authorization: 'Bearer demo-gateway' } });
  const reply = await gateway.post('/api/v1/warnings', {
    data: {
      event: '暴雨', event_code: '11B03', colour, headline, description: '三小时雨量将达 100 毫米以上', instruction: '立即到岗到位',
      areas: ['990101000000'], status: 'actual', identifier: `e2e-${Date.now()}`, sender: 'e2e',
    },
  });
  if (reply.status() !== 201) throw new Error(`the warning was not taken: ${reply.status()} ${await reply.text()}`);
  const { callouts } = (await reply.json()) as { callouts: string[] };
  const callout = (await (await asCommander()).get(`/api/v1/callouts/${callouts[0]}`)).json() as Promise<{ id: string; subject: string }>;
  await gateway.dispose();
  return callout;
}

/** Takes back whatever earlier stories left open, so that the next callout is the only one. */
export async function withdrawAll(): Promise<void> {
  const commander = await asCommander();
  const { items } = (await (await commander.get('/api/v1/callouts?open=true')).json()) as { items: { id: string }[] };
  for (const { id } of items) await commander.post(`/api/v1/callouts/${id}/withdraw`, { data: { reason: '测试前清场' } });
  await commander.dispose();
}

/** Returns requests as the commander makes them. */
export async function asCommander() {
  const commander = await request.newContext({ baseURL: BASE_URL });
  await commander.post('/api/v1/sessions', { data: { login: 'commander', password: 'demo-commander' } });
  return commander;
}

/** Returns what axe finds serious or critical on the page as it stands. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Through the debugger, so that the page's content policy stays as strict as it is.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Found { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }
    const { axe: run } = window as unknown as { axe: { run(root: Document, options: object): Promise<Found> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await run.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ').slice(0, 500)}`);
  });
}

function watch(page: Page, base: string): string[] {
  const faults: string[] = [];
  const own = new URL(base).host;
  page.on('request', (sent) => {
    const { host, protocol } = new URL(sent.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== own) faults.push(`left our origin: ${sent.url()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    const isOurs = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
    if (isOurs) faults.push(`console: ${message.text()}`);
  });
  return faults;
}
