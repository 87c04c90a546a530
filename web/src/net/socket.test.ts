import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Box, FirstBoard, ServerFrame } from '../board/protocol';
import { FETCH_MS, GREETING_MS, readFrame, SILENCE_MS, Socket, type SocketPorts, type Wire } from './socket';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('greets, takes the snapshot and is live', () => {
  const { states, wires, socket } = setUp();
  socket.connect();
  wires[0]?.open();
  expect(wires[0]?.sent).toEqual([{ type: 'hello', topics: ['duty', 'warnings', 'callouts', 'incidents'] }]);
  wires[0]?.say({ type: 'welcome', epoch: 'e', seq: 7, resumed: false, now: '' });
  expect(states()).toEqual(['connecting', 'resuming']);
  wires[0]?.say(snapshot(7));
  expect(states()).toEqual(['connecting', 'resuming', 'live']);
});

it('resumes from the sequence the board has come to', () => {
  const { wires, socket } = live();
  socket.reached(12);
  wires[0]?.drop(1012);
  vi.advanceTimersByTime(1_000);
  wires[1]?.open();
  expect(wires[1]?.sent[0]).toMatchObject({ resume: { epoch: 'e', seq: 12 } });
  wires[1]?.say({ type: 'welcome', epoch: 'e', seq: 20, resumed: true, now: '' });
  expect(socket.state.name).toBe('live');
});

it('asks for everything again when it was cut off between greeting and snapshot', () => {
  const { wires, socket } = live();
  wires[0]?.drop(1006);
  vi.advanceTimersByTime(1_000);
  wires[1]?.open();
  wires[1]?.say({ type: 'welcome', epoch: 'f', seq: 30, resumed: false, now: '' });
  wires[1]?.drop(1006);
  vi.advanceTimersByTime(2_000);
  wires[2]?.open();
  expect(wires[2]?.sent[0]).not.toHaveProperty('resume');
  expect(socket.state.name).toBe('resuming');
});

it('shows a board that was fetched, and asks the socket only for what came after it', async () => {
  const { frames, wires, socket, fetches } = fetching();
  const { epoch, ...rest } = fetched(9);
  socket.connect();
  expect(wires).toHaveLength(0);
  fetches[0]?.answer({ epoch, ...rest });
  await settled();
  expect(frames).toEqual([{ type: 'welcome', epoch: 'e', seq: 9, resumed: false, now: 'n' }, { type: 'snapshot', ...rest }]);
  expect(socket.state.name).toBe('connecting');
  wires[0]?.open();
  expect(wires[0]?.sent[0]).toMatchObject({ type: 'hello', resume: { epoch: 'e', seq: 9 } });
  wires[0]?.say({ type: 'welcome', epoch: 'e', seq: 9, resumed: true, now: 'n' });
  expect(socket.state.name).toBe('live');
});

it('takes a new board from the socket also after it has fetched one', async () => {
  const { frames, wires, socket, fetches } = fetching();
  socket.connect();
  fetches[0]?.answer(fetched(9));
  await settled();
  wires[0]?.open();
  wires[0]?.say({ type: 'welcome', epoch: 'f', seq: 3, resumed: false, now: 'n' });
  wires[0]?.say(snapshot(3));
  expect(frames.slice(-1)).toEqual([snapshot(3)]);
  wires[0]?.drop(1006);
  vi.advanceTimersByTime(1_000);
  wires[1]?.open();
  expect(wires[1]?.sent[0]).toMatchObject({ resume: { epoch: 'f', seq: 3 } });
});

it('fetches again only where there is nothing to go on from', async () => {
  const { wires, socket, fetches } = fetching();
  socket.connect();
  fetches[0]?.answer(fetched(9));
  await settled();
  wires[0]?.open();
  wires[0]?.say({ type: 'welcome', epoch: 'e', seq: 9, resumed: true, now: 'n' });
  wires[0]?.drop(1006);
  vi.advanceTimersByTime(1_000);
  expect([wires.length, fetches.length]).toEqual([2, 1]);
  wires[1]?.open();
  wires[1]?.say({ type: 'welcome', epoch: 'e', seq: 9, resumed: true, now: 'n' });
  socket.startOver();
  expect([wires.length, fetches.length]).toEqual([2, 2]);
});

it('goes on with the socket alone when no board can be fetched', async () => {
  const { wires, socket, fetches } = fetching();
  socket.connect();
  fetches[0]?.answer(undefined);
  await settled();
  wires[0]?.open();
  expect(wires[0]?.sent).toEqual([{ type: 'hello', topics: ['duty', 'warnings', 'callouts', 'incidents'] }]);
});

it('does not wait for a slow board, nor shows it when it comes at last', async () => {
  const { frames, wires, socket, fetches } = fetching();
  socket.connect();
  vi.advanceTimersByTime(FETCH_MS - 1);
  expect(wires).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(fetches[0]?.stop.aborted).toBe(true);
  fetches[0]?.answer(fetched(9));
  await settled();
  expect([wires.length, frames.length]).toEqual([1, 0]);
  wires[0]?.open();
  expect(wires[0]?.sent[0]).not.toHaveProperty('resume');
});

it('ends for good when it may not have the board', async () => {
  const { wires, socket, fetches } = fetching();
  socket.connect();
  fetches[0]?.answer('refused');
  await settled();
  vi.advanceTimersByTime(60_000);
  expect(socket.state.name).toBe('refused');
  expect(wires).toHaveLength(0);
});

it('says which part of the map it looks at, and says it again after each loss', () => {
  const { wires, socket } = live();
  const view = { bbox: [114, 35, 115, 36] as Box, zoom: 10 };
  socket.look(view);
  expect(wires[0]?.sent.slice(-1)).toEqual([{ type: 'view', ...view }]);
  wires[0]?.drop(1006);
  vi.advanceTimersByTime(1_000);
  wires[1]?.open();
  expect(wires[1]?.sent[0]).toMatchObject({ type: 'hello', topics: ['duty', 'warnings', 'callouts', 'incidents', 'map'], ...view });
});

it('waits 0.3 to 1 s at first, doubling up to 10 s', () => {
  const waits: number[] = [];
  const { wires, socket } = setUp();
  socket.connect();
  for (let turn = 0; turn < 8; turn += 1) {
    wires[turn]?.drop(1006);
    const wait = socket.state.name === 'waiting' ? socket.state.retry_ms : 0;
    waits.push(wait);
    vi.advanceTimersByTime(wait);
  }
  expect(waits).toEqual([650, 1_300, 2_600, 5_200, 10_000, 10_000, 10_000, 10_000]);
});

it('after a live connection begins again with the shortest wait', () => {
  const { wires, socket } = live();
  wires[0]?.drop(4008);
  expect(socket.state).toMatchObject({ name: 'waiting', retry_ms: 650 });
});

it('does not wait when the network comes back or the page is looked at', () => {
  const { wires, socket } = live();
  wires[0]?.drop(1006);
  socket.wake();
  expect(wires).toHaveLength(2);
});

it('answers a ping, and gives a silent server up after 25 s', () => {
  const { wires, socket } = live();
  vi.advanceTimersByTime(SILENCE_MS - 1);
  wires[0]?.say({ type: 'ping', at: '' });
  expect(wires[0]?.sent[1]).toEqual({ type: 'pong' });
  vi.advanceTimersByTime(SILENCE_MS - 1);
  expect(socket.state.name).toBe('live');
  vi.advanceTimersByTime(1);
  expect(socket.state.name).toBe('waiting');
  expect(wires[0]?.closed).toBe(true);
});

it('gives up a connection that does not come about', () => {
  const { socket } = setUp();
  socket.connect();
  vi.advanceTimersByTime(GREETING_MS);
  expect(socket.state.name).toBe('waiting');
});

it('ends for good when it is not allowed', () => {
  const { wires, socket } = live();
  wires[0]?.drop(4003);
  vi.advanceTimersByTime(60_000);
  expect(socket.state.name).toBe('refused');
  expect(wires).toHaveLength(1);
});

it('does not listen to a socket it has left', () => {
  const { frames, wires, socket } = live();
  const before = frames.length;
  wires[0]?.drop(1006);
  socket.wake();
  wires[0]?.say({ type: 'ping', at: '' });
  expect(frames).toHaveLength(before);
});

it('reads only frames', () => {
  expect(readFrame('{"type":"ping","at":"x"}')).toEqual({ type: 'ping', at: 'x' });
  for (const nonsense of ['', '{', '3', 'null', '{"a":1}', new ArrayBuffer(2)]) expect(readFrame(nonsense)).toBeUndefined();
});

class FakeWire {
  onopen: Wire['onopen'] = null;
  onmessage: Wire['onmessage'] = null;
  onclose: Wire['onclose'] = null;
  sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.call(this as unknown as WebSocket, {} as Event);
  }

  say(frame: ServerFrame): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: JSON.stringify(frame) } as MessageEvent);
  }

  drop(code: number): void {
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent);
  }
}

/** A board that was asked for, and how it is answered. */
interface Fetch {
  stop: AbortSignal;
  answer(board: FirstBoard | 'refused' | undefined): void;
}

function fetching() {
  const fetches: Fetch[] = [];
  const all = setUp({ fetchBoard: (stop) => new Promise((answer) => void fetches.push({ stop, answer })) });
  return { ...all, fetches };
}

function fetched(seq: number): FirstBoard {
  return { epoch: 'e', seq, board: { now: 'n' } as never };
}

/** Lets a promise that has been kept be heard of. */
async function settled(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

function setUp(more: Partial<SocketPorts> = {}) {
  const wires: FakeWire[] = [];
  const frames: ServerFrame[] = [];
  const named: string[] = [];
  const socket = new Socket({
    open: () => {
      const wire = new FakeWire();
      wires.push(wire);
      return wire as unknown as Wire;
    },
    random: () => 0.5,
    onFrame: (frame) => void frames.push(frame),
    onState: (state) => void named.push(state.name),
    ...more,
  });
  return { wires, frames, socket, states: () => named };
}

function live() {
  const all = setUp();
  all.socket.connect();
  all.wires[0]?.open();
  all.wires[0]?.say({ type: 'welcome', epoch: 'e', seq: 7, resumed: false, now: '' });
  all.wires[0]?.say(snapshot(7));
  return all;
}

function snapshot(seq: number): ServerFrame {
  return { type: 'snapshot', seq, board: {} as never };
}
