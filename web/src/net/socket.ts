/**
 * The live connection as a machine: connecting → resuming → live → waiting(back-off) → connecting …
 * It carries frames and says how things stand; what frames mean is for those it tells.
 */

import type { ClientFrame, FirstBoard, MapView, Resume, ServerFrame } from '../board/protocol';

/** What the machine needs of a browser's WebSocket. */
export type Wire = Pick<WebSocket, 'onopen' | 'onmessage' | 'onclose' | 'send' | 'close'>;

/** `attempt` counts tries since the connection was last live; 0 is the very first. */
export type LinkState =
  | { name: 'connecting'; attempt: number }
  | { name: 'resuming'; attempt: number }
  | { name: 'live' }
  | { name: 'waiting'; attempt: number; retry_ms: number }
  | { name: 'refused' };

export interface SocketPorts {
  open(): Wire;
  /**
   * Fetches the whole board by another way than the socket, where that way is the better one: nothing where it has to
   * come by the socket, `refused` where this login may not have it. Gives up when told to.
   */
  fetchBoard?(stop: AbortSignal): Promise<FirstBoard | 'refused' | undefined>;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
  onFrame(frame: ServerFrame): void;
  onState(state: LinkState): void;
}

/** A board that takes longer to fetch comes by the socket. */
export const FETCH_MS = 5_000;
/** Opening and greeting together must not take longer. */
export const GREETING_MS = 8_000;
/** The server pings every 10 s; dead when nothing was heard for so long. */
export const SILENCE_MS = 25_000;
/** First wait, before jitter; doubles up to `BACKOFF_MAX_MS`. */
const BACKOFF_MIN_MS = 300;
const BACKOFF_JITTER_MS = 700;
const BACKOFF_MAX_MS = 10_000;
/** A page that comes back to the front after so much silence does not wait for the rest of it. */
const DOUBTFUL_MS = 12_000;

const NOT_ALLOWED = 4003;
const SILENT = 4002;
const TOPICS = ['duty', 'warnings', 'callouts', 'incidents'];
const MAP_TOPICS = [...TOPICS, 'map'];

export class Socket {
  #ports: SocketPorts;
  #wire: Wire | undefined;
  #state: LinkState = { name: 'waiting', attempt: 0, retry_ms: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #epoch = '';
  /** Connections lost since the last that was live. */
  #losses = 0;
  #resume: Resume | undefined;
  #view: MapView | undefined;
  #fetching: AbortController | undefined;
  #heardAt = 0;

  constructor(ports: SocketPorts) {
    this.#ports = ports;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Begins, or begins again at once where it was waiting. */
  connect(): void {
    if (this.#state.name === 'waiting') this.#connect();
  }

  /** The browser says that the network is back or the page is looked at again: do not wait. */
  wake(): void {
    if (this.#state.name === 'waiting') this.connect();
    else if (this.#state.name === 'live' && Date.now() - this.#heardAt > DOUBTFUL_MS) {
      this.#lose();
      this.connect();
    }
  }

  /** Asks for the whole board again. */
  startOver(): void {
    this.#resume = undefined;
    if (this.#state.name !== 'live') return;
    this.#lose();
    this.connect();
  }

  /** Sends when live; says whether it could. */
  send(frame: ClientFrame): boolean {
    if (this.#state.name !== 'live' || this.#wire === undefined) return false;
    this.#wire.send(JSON.stringify(frame));
    return true;
  }

  /** Looks at a part of the map from now on, also after the connection has been lost and found. */
  look(view: MapView): void {
    this.#view = view;
    this.send({ type: 'view', ...view });
  }

  /** Ends for good. */
  stop(): void {
    this.#drop();
    this.#become({ name: 'refused' });
  }

  /** Remembers how far the board has come, to go on from there. */
  reached(seq: number): void {
    if (this.#resume !== undefined) this.#resume = { epoch: this.#resume.epoch, seq };
  }

  #connect(): void {
    this.#drop();
    this.#become({ name: 'connecting', attempt: this.#losses });
    if (this.#resume === undefined && this.#ports.fetchBoard !== undefined) void this.#fetchFirst(this.#ports.fetchBoard);
    else this.#open();
  }

  /** Begins with the whole board, so that the socket has to bring only what came after it. */
  async #fetchFirst(fetchBoard: NonNullable<SocketPorts['fetchBoard']>): Promise<void> {
    const fetching = new AbortController();
    this.#fetching = fetching;
    this.#arm(FETCH_MS, () => {
      fetching.abort();
      this.#open();
    });
    const first = await fetchBoard(fetching.signal);
    // Too slow, or given up: the socket goes on without it.
    if (fetching.signal.aborted) return;
    if (first === 'refused') return this.stop();
    if (first !== undefined) {
      const { epoch, seq, board } = first;
      this.#epoch = epoch;
      this.#resume = { epoch, seq };
      // Told as the socket would have told it.
      this.#ports.onFrame({ type: 'welcome', epoch, seq, resumed: false, now: board.now });
      this.#ports.onFrame({ type: 'snapshot', seq, board });
    }
    this.#open();
  }

  #open(): void {
    this.#arm(GREETING_MS, () => this.#lose());
    const wire = this.#ports.open();
    this.#wire = wire;
    // A closed socket may still speak: only the newest is listened to.
    const mine = (act: () => void) => (): void => {
      if (this.#wire === wire) act();
    };
    wire.onopen = mine(() => this.#greet());
    wire.onclose = (close: CloseEvent) => mine(() => this.#closed(close.code))();
    wire.onmessage = (message: MessageEvent<unknown>) => mine(() => this.#hear(message.data))();
  }

  #greet(): void {
    this.#become({ name: 'resuming', attempt: this.#losses });
    const resume = this.#resume === undefined ? {} : { resume: this.#resume };
    const topics = this.#view === undefined ? TOPICS : MAP_TOPICS;
    this.#wire?.send(JSON.stringify({ type: 'hello', topics, ...resume, ...this.#view } satisfies ClientFrame));
  }

  #hear(data: unknown): void {
    const frame = readFrame(data);
    this.#heardAt = Date.now();
    if (this.#state.name === 'live') this.#listen();
    if (frame === undefined) return;
    if (frame.type === 'ping') this.send({ type: 'pong' });
    if (frame.type === 'welcome') {
      this.#epoch = frame.epoch;
      if (frame.resumed) this.#live();
      // Until the snapshot is here there is nothing to go on from.
      else this.#resume = undefined;
    }
    if (frame.type === 'snapshot') {
      this.#resume = { epoch: this.#epoch, seq: frame.seq };
      if (this.#state.name === 'resuming') this.#live();
    }
    this.#ports.onFrame(frame);
    if (this.#state.name === 'resuming') this.#arm(GREETING_MS, () => this.#lose());
  }

  #live(): void {
    this.#losses = 0;
    this.#become({ name: 'live' });
    this.#listen();
  }

  #listen(): void {
    this.#arm(SILENCE_MS, () => {
      this.#wire?.close(SILENT);
      this.#lose();
    });
  }

  #closed(code: number): void {
    if (code === NOT_ALLOWED) this.stop();
    else this.#lose();
  }

  #lose(): void {
    this.#drop();
    const doubled = (BACKOFF_MIN_MS + this.#ports.random() * BACKOFF_JITTER_MS) * 2 ** Math.min(this.#losses, 10);
    const retry_ms = Math.min(doubled, BACKOFF_MAX_MS);
    this.#losses += 1;
    this.#become({ name: 'waiting', attempt: this.#losses, retry_ms });
    this.#arm(retry_ms, () => this.connect());
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#fetching?.abort();
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.close();
  }

  #arm(delay_ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delay_ms);
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.#ports.onState(state);
  }
}

/** Reads one text frame; nothing where it is not one of ours. */
export function readFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    const isFrame = typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string';
    return isFrame ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
