/**
 * A development server that speaks the wire of the real one: `npm run dev:fake` for designers, and
 * `npm run preview:fake` for the browser tests. No part of the product.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Plugin } from 'vite';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientFrame, EventFrame, Me, ObligationView } from '../src/board/protocol';
import { areas, childrenOf, COUNTY, dutyAt, people, posts } from './county';
import { Ground } from './ground';
import { answer, breathe, dice, everybody, issue, playNight, townshipPosts } from './script';
import { filled, iso, World } from './world';

const EPOCH = randomBytes(4).toString('hex');
/** `FAKE_PACE=0` holds the night still, for pictures and tests; else something happens this often. */
const PACE_MS = Number(process.env['FAKE_PACE'] ?? 1_500);
/** `FAKE_CALM=1` starts with nothing open. */
const CALM = process.env['FAKE_CALM'] === '1';
const CSP = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const logins: Record<string, Me> = {
  commander: { login: 'commander', role: 'commander', area: COUNTY, area_name: '示例县' },
  dispatcher: { login: 'dispatcher', role: 'dispatcher', area: COUNTY, area_name: '示例县' },
  leader: { login: 'leader', role: 'leader', area: COUNTY, area_name: '示例县', person: leader() },
  township: { login: 'township', role: 'leader', area: COUNTY, area_name: '黎阳街道', person: leader('990101001000') },
  screen: { login: 'screen', role: 'screen', area: COUNTY, area_name: '示例县' },
  gateway: { login: 'gateway', role: 'gateway', area: COUNTY, area_name: '示例县' },
};

interface Caller {
  me: Me;
  socket: WebSocket;
}

export function fakeServer(): Plugin {
  const world = new World();
  const ground = new Ground();
  const callers = new Set<Caller>();
  const tries = new Map<string, number>();
  const kept = new Map<string, object>();
  if (!CALM) {
    playNight(world, Date.now());
    ground.refusals.playMistakes(Date.now());
  }
  world.onFrames = (frames) => void callers.forEach((caller) => tell(caller, frames));
  if (PACE_MS > 0) {
    const roll = dice(7);
    setInterval(() => breathe(world, Date.now(), roll), PACE_MS).unref();
  }

  function tell({ me, socket }: Caller, frames: EventFrame[]): void {
    for (const frame of frames) {
      socket.send(JSON.stringify(frame));
      const data = frame.data as { id: string; step?: { people: string[] } };
      if (frame.kind === 'obligation_opened' && data.step?.people.includes(me.person?.id ?? '-')) {
        const view = world.all.get(data.id);
        if (view !== undefined) socket.send(JSON.stringify(call(view)));
      }
    }
  }

  function greet(socket: WebSocket, me: Me): void {
    const caller = { me, socket };
    const ping = setInterval(() => socket.send(JSON.stringify({ type: 'ping', at: iso(Date.now()) })), 10_000);
    socket.on('close', () => {
      callers.delete(caller);
      ground.leave(caller);
      clearInterval(ping);
    });
    socket.on('message', (text: Buffer) => {
      const frame = JSON.parse(text.toString('utf8')) as ClientFrame;
      const say = (told: object): void => socket.send(JSON.stringify(told));
      if (frame.type === 'view') ground.look(caller, frame, say);
      if (frame.type !== 'hello') return;
      const now = Date.now();
      const resumed = frame.resume?.epoch === EPOCH;
      const { seq } = world.board;
      socket.send(JSON.stringify({ type: 'welcome', epoch: EPOCH, seq, resumed, now: iso(now) }));
      if (resumed) tell(caller, world.frames.filter((one) => one.seq > (frame.resume?.seq ?? 0)));
      else socket.send(JSON.stringify({ type: 'snapshot', seq, board: world.snapshot(me, now) }));
      callers.add(caller);
      const { zoom, ...seen } = frame;
      if (zoom !== undefined) ground.look(caller, { ...seen, zoom }, say);
    });
  }

  /** Returns status and body, or nothing for what is not here. */
  function respond(method: string, url: URL, me: Me | undefined, body: Body): [number, object | null] | undefined {
    const path = url.pathname.replace('/api/v1', '');
    const [, resource = '', id = '', act = ''] = path.split('/');
    const now = Date.now();
    if (path === '/demo') {
      return [200, { logins: Object.values(logins).map((one) => ({ login: one.login, role: one.role, password: `demo-${one.login}` })) }];
    }
    if (path === '/sessions' && method === 'POST') return logIn(body);
    if (me === undefined) return [401, error('session.missing', 'log in first')];
    if (path === '/sessions/current') return method === 'DELETE' ? [204, null] : [200, me];
    if (path === '/board') return [200, { epoch: EPOCH, seq: world.board.seq, board: world.snapshot(me, now) }];
    if (path === '/duty') return [200, { at: iso(now), ...dutyAt(iso(now - 3.6e6), iso(now + 3.6e7)) }];
    if (path === '/areas') {
      const parent = url.searchParams.get('parent') ?? COUNTY;
      return [200, { items: childrenOf(parent).map((code) => ({ code, name: areas.get(code), level: 'township' })) }];
    }
    if (path === '/policies') {
      return [200, { items: [{ id: 'red', title: '红色预警叫应', title_en: 'Red warning', kinds: ['warning', 'manual'], colours: ['red'] }] }];
    }
    if (path === '/warnings' && method === 'POST') return publish(body, now);
    if (resource === 'callouts') return respondOfCallout(method, id, act, body, now);
    if (resource === 'map' || resource === 'positions') return respondOfMap(method, url, me, body);
    if (path === '/obligations/mine') return [200, { items: me.person === undefined ? [] : world.asking(me.person.id) }];
    const view = world.all.get(id);
    if (resource !== 'obligations' || view === undefined) return undefined;
    return act === 'answer' ? take(view, body, me, now) : [200, filled(view)];
  }

  function respondOfMap(method: string, url: URL, me: Me, body: Body): [number, object] {
    if (url.pathname.endsWith('/refusals')) return listRefusals(me);
    if (method === 'POST') return [202, ground.report(body as never)];
    return [200, ground.features(url.searchParams.get('layers') ?? '', [...world.board.warnings.values()])];
  }

  function listRefusals(me: Me): [number, object] {
    const mayRead = me.role === 'dispatcher' || me.role === 'commander';
    return mayRead ? [200, { items: ground.refusals.rows() }] : [403, error('not_allowed', 'this login may not read the journal')];
  }

  function respondOfCallout(method: string, id: string, act: string, body: Body, now: number): [number, object] | undefined {
    if (id === '' && method === 'POST') return openByHand(body, now);
    if (id === '') return [200, { items: [...world.board.callouts.values()].filter((one) => one.state === 'open') }];
    if (act === 'withdraw') return withdraw(id, body, now);
    if (act === 'obligations') {
      return [200, { items: [...world.all.values()].filter((view) => view.callout === id).map(filled) }];
    }
    return world.board.callouts.has(id) ? [200, world.reckon(id, now)] : undefined;
  }

  function logIn(body: Body): [number, object] {
    const me = logins[String(body['login'])];
    const wrong = (tries.get(String(body['login'])) ?? 0) + 1;
    if (wrong > 5) return [429, error('session.throttled', 'too many tries')];
    if (me === undefined || body['password'] !== `demo-${me.login}`) {
      tries.set(String(body['login']), wrong);
      return [401, error('session.wrong_password', 'login or password is wrong', 'password')];
    }
    return [201, { token: `demo-${me.login}`, ...me }];
  }

  function publish(body: Body, now: number): [number, object] {
    const codes = body['areas'] as string[] | undefined;
    if (!body['headline']) return [422, error('warning.headline_missing', 'headline: give one', 'headline')];
    if (codes === undefined || codes.length === 0) return [422, error('warning.area_missing', 'areas: name one', 'areas')];
    const obliged = everybody().filter((post) => codes.some((code) => post.area.startsWith(code.replace(/(0{3}){0,2}$/, ''))));
    const callout = issue(world, now, {
      event: String(body['event']), colour: body['colour'] as 'red', exercise: body['status'] === 'exercise', areas: codes,
      headline: String(body['headline']), instruction: String(body['instruction'] || '请立即到岗'),
    }, obliged);
    return [201, { id: `w-${world.board.warnings.size}`, callouts: [callout] }];
  }

  function openByHand(body: Body, now: number): [number, object] {
    if (!body['subject']) return [422, error('callout.subject_missing', 'subject: give one', 'subject')];
    const id = world.callOut(now, {
      kind: body['kind'] as 'manual', subject: String(body['subject']), text: String(body['text'] ?? ''),
      severity: (body['severity'] as 'blue' | undefined) ?? 'blue', drill: body['drill'] === true, areas: [String(body['area'])],
    }, townshipPosts(), '确认在岗');
    return [201, { id }];
  }

  function withdraw(id: string, body: Body, now: number): [number, object] {
    if (!body['reason']) return [422, error('callout.reason_missing', 'reason: give one', 'reason')];
    for (const view of world.all.values()) {
      if (view.callout !== id || view.state === 'answered' || view.state === 'withdrawn') continue;
      world.emit(now, 'obligation_withdrawn', { id: view.id, callout: id, post: view.post, was: view.state, reason: 'by_hand' });
    }
    world.emit(now, 'callout_closed', { id, reason: 'by_hand', note: body['reason'] });
    world.settle();
    return [200, { seq: world.board.seq }];
  }

  function take(view: ObligationView, body: Body, me: Me, now: number): [number, object] {
    const { id, callout, post } = view;
    if (body['answer'] === 'declined') {
      world.emit(now, 'obligation_declined', { id, callout, post, person: me.person?.id, note: body['note'] });
    } else {
      const behalf = body['on_behalf_of'] as string | undefined;
      const more = { note: body['note'] ?? '', ...(behalf === undefined ? {} : { entered_by: me.login }) };
      const known = behalf === undefined ? me.person?.id : people.has(behalf) ? behalf : undefined;
      const name = behalf !== undefined && known === undefined ? { name: behalf } : {};
      answer(world, view, now, behalf === undefined ? 'app' : { desk: body['via'] ?? '' }, known, { ...more, ...name });
      for (const errand of world.all.values()) {
        if (errand.about?.obligation !== id || errand.state !== 'ringing') continue;
        world.emit(now, 'obligation_withdrawn', { id: errand.id, callout: errand.callout, post: errand.post, was: 'ringing', reason: 'settled' });
      }
    }
    world.settle();
    return [200, { seq: world.board.seq, late: view.state === 'unreached' }];
  }

  async function handle(request: IncomingMessage, response: ServerResponse, next: () => void): Promise<void> {
    response.setHeader('Content-Security-Policy', CSP);
    if (!request.url?.startsWith('/api/v1/')) return next();
    const body = await read(request);
    const key = request.headers['idempotency-key'];
    const once = key === undefined ? undefined : createHash('sha256').update(`${request.url} ${String(key)}`).digest('hex');
    const [status, reply] = (once === undefined ? undefined : (kept.get(once) as [number, object] | undefined))
      ?? respond(request.method ?? 'GET', new URL(request.url, 'http://x'), whoIs(request), body)
      ?? [404, error('not_found', 'there is nothing here')];
    if (once !== undefined && status < 300) kept.set(once, [status, reply ?? {}]);
    if (status === 201 && reply !== null && 'token' in reply) response.setHeader('Set-Cookie', `session=${String(reply.token)}; Path=/; HttpOnly; SameSite=Lax`);
    if (request.method === 'DELETE') response.setHeader('Set-Cookie', 'session=; Path=/; Max-Age=0');
    if (status === 429) response.setHeader('Retry-After', '12');
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(reply === null ? undefined : JSON.stringify(reply));
    return undefined;
  }

  function attach(http: Server | null): void {
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'jiaoying.v1' });
    http?.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      if (!request.url?.startsWith('/api/v1/live')) return;
      const me = whoIs(request);
      sockets.handleUpgrade(request, stream, head, (socket) => {
        if (me === undefined) socket.close(4003);
        else greet(socket, me);
      });
    });
  }

  const use = (server: { middlewares: { use(handle: never): unknown }; httpServer: unknown }): void => {
    server.middlewares.use(((request: IncomingMessage, response: ServerResponse, next: () => void) => void handle(request, response, next)) as never);
    attach(server.httpServer as Server | null);
  };
  return { name: 'fake-server', configureServer: use as never, configurePreviewServer: use as never };
}

type Body = Record<string, unknown>;

function call(view: ObligationView): object {
  const title = `${view.drill ? '【演练】' : ''}${view.subject}`;
  return { type: 'call', attempt: `${view.id}.0`, obligation: filled(view), notice: false, title, body: view.text };
}

function whoIs(request: IncomingMessage): Me | undefined {
  const bearer = request.headers.authorization?.replace('Bearer ', '');
  const token = bearer ?? /session=demo-(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  return logins[token.replace('demo-', '')];
}

async function read(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Body;
  } catch {
    return {};
  }
}

function error(code: string, message: string, field?: string): object {
  return { error: { code, message, ...(field === undefined ? {} : { field }) } };
}

function leader(area = COUNTY): { id: string; name: string } {
  const person = posts.get(`${area}/lead_officer`)?.people[0];
  return { id: person?.id ?? '', name: person?.name ?? '' };
}
