/** The page's live board: frames from the socket become state that views read. */

import { clock } from './clock.svelte';
import { fromSnapshot, withDegraded, withDuty, withLines, withMine, withReckoning, type Board } from './board/board';
import { readEvent, type BoardEvent } from './board/event';
import type {
  CallFrame, CalloutView, ClientFrame, ClustersFrame, MapView, ObligationView, PositionsFrame, ServerFrame,
} from './board/protocol';
import { reduceAll } from './board/reduce';
import { runsDry } from './board/select';
import { api, Refused } from './net/api';
import { Socket, type LinkState, type SocketPorts, type Wire } from './net/socket';

/** Events are gathered for so long: five hundred in one burst are drawn once. */
const GATHER_MS = 40;
/** A first line of the waiting that has shrunk to this, while more wait, is asked for anew. */
const WAITING_FLOOR = 100;
/** After so many vain attempts ask over HTTP whether this login still holds; at once where it never did. */
const ASK_AFTER_ATTEMPTS = 3;
/** Pings come every 10 s: so much silence already puts the picture in doubt. */
const DOUBT_MS = 13_000;

class Live {
  board = $state.raw<Board | undefined>(undefined);
  link = $state.raw<LinkState>({ name: 'connecting', attempt: 0 });
  /** Server time when the server was last heard. */
  heardAt = $state(0);
  /** Server time since when the picture may be wrong; nothing while it is right. */
  #lostAt = $state<number | undefined>(undefined);
  #socket: Socket | undefined;
  #gathered: BoardEvent[] = [];
  #dutyChanges = 0;
  #wasLive = false;
  #onCall: ((call: CallFrame) => void)[] = [];
  #onEvents: ((events: readonly BoardEvent[], board: Board) => void)[] = [];
  #onPositions: ((frame: PositionsFrame | ClustersFrame) => void)[] = [];
  #view: MapView | undefined;

  /**
   * Connects, and goes to the login page where this browser is not logged in. With `fetchBoard` the whole board comes
   * that way; without it by the socket, which is one journey less.
   */
  start(fetchBoard?: SocketPorts['fetchBoard']): void {
    clock.start();
    this.#lostAt = clock.exact();
    if (this.board === undefined) this.heardAt = this.#lostAt;
    const socket = new Socket({
      open: openWire,
      random: () => Math.random(),
      onFrame: (frame) => this.#take(frame),
      onState: (state) => this.#become(state),
      ...(fetchBoard === undefined ? {} : { fetchBoard }),
    });
    this.#socket = socket;
    if (this.#view !== undefined) socket.look(this.#view);
    window.addEventListener('online', () => socket.wake());
    window.addEventListener('pageshow', () => socket.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') socket.wake();
    });
    socket.connect();
  }

  /** Shows a board that an earlier page left, until the server is heard. */
  recall(board: Board, heardAt: number): void {
    if (this.board !== undefined) return;
    this.board = board;
    this.heardAt = heardAt;
  }

  /** For how long the picture may have been wrong; 0 while it is right. */
  lostFor(now: number): number {
    if (this.#lostAt !== undefined) return Math.max(0, now - this.#lostAt);
    return now - this.heardAt > DOUBT_MS ? now - this.heardAt : 0;
  }

  send(frame: ClientFrame): boolean {
    return this.#socket?.send(frame) ?? false;
  }

  /** Looks at a part of the map from now on: only what moves there is told. */
  look(view: MapView): void {
    this.#view = view;
    this.#socket?.look(view);
  }

  onPositions(act: (frame: PositionsFrame | ClustersFrame) => void): void {
    this.#onPositions.push(act);
  }

  onCall(act: (call: CallFrame) => void): void {
    this.#onCall.push(act);
  }

  /** Tells what has happened, after the board has taken it in. */
  onEvents(act: (events: readonly BoardEvent[], board: Board) => void): () => void {
    this.#onEvents.push(act);
    return () => (this.#onEvents = this.#onEvents.filter((one) => one !== act));
  }

  /** Takes in fuller views of my obligations. */
  learnMine(views: readonly ObligationView[]): void {
    if (this.board !== undefined) this.board = withMine(this.board, views);
  }

  /** Takes in what only the server can reckon of a callout. */
  learnCallout(view: CalloutView): void {
    if (this.board !== undefined) this.board = withReckoning(this.board, view);
  }

  #take(frame: ServerFrame): void {
    this.heardAt = clock.exact();
    switch (frame.type) {
      case 'welcome':
        clock.set(frame.now);
        this.heardAt = clock.exact();
        return;
      case 'snapshot':
        this.#gathered = [];
        this.board = fromSnapshot(frame.seq, frame.board);
        this.#dutyChanges = 0;
        return this.#tell([]);
      case 'event':
        if (this.#gathered.length === 0) setTimeout(() => this.#apply(), GATHER_MS);
        this.#gathered.push(readEvent(frame));
        return;
      case 'call':
        for (const act of this.#onCall) act(frame);
        return;
      case 'positions':
      case 'clusters':
        for (const act of this.#onPositions) act(frame);
        return;
      case 'lines':
        if (this.board !== undefined) this.board = withLines(this.board, frame.at, frame.items);
        return;
      case 'degraded':
        if (this.board !== undefined) this.board = withDegraded(this.board, frame.what, frame.since);
        return;
      case 'ping':
        return clock.refine(frame.at);
      case 'reply':
        return;
      default:
        // A frame of a newer server: nothing here waits for it.
        return ignore(frame);
    }
  }

  #apply(): void {
    const events = this.#gathered;
    this.#gathered = [];
    if (this.board === undefined || events.length === 0) return;
    this.board = reduceAll(this.board, events);
    this.#socket?.reached(this.board.seq);
    this.#tell(events);
    if (runsDry(this.board, WAITING_FLOOR) || reopensUnknown(events, this.board)) this.#socket?.startOver();
    if (this.board.dutyChanges !== this.#dutyChanges) void this.#askDuty(this.board.dutyChanges);
  }

  #tell(events: readonly BoardEvent[]): void {
    if (this.board === undefined) return;
    for (const act of this.#onEvents) act(events, this.board);
  }

  async #askDuty(changes: number): Promise<void> {
    this.#dutyChanges = changes;
    try {
      const duty = await api.duty();
      if (this.board !== undefined) this.board = withDuty(this.board, duty);
    } catch {
      // The next change, or the next snapshot, brings it.
      this.#dutyChanges = -1;
    }
  }

  #become(state: LinkState): void {
    this.link = state;
    if (state.name === 'live') this.#lostAt = undefined;
    else if (state.name === 'waiting') this.#lostAt ??= clock.exact();
    if (state.name === 'refused') goToLogin();
    this.#wasLive ||= state.name === 'live';
    const patience = this.#wasLive ? ASK_AFTER_ATTEMPTS : 1;
    if (state.name === 'waiting' && state.attempt === patience) void askWhetherLoggedIn();
  }
}

export const live = new Live();

/** Leaves for the login page, which comes back here. */
export function goToLogin(): void {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** A handshake that is refused looks to a page like any broken one. */
async function askWhetherLoggedIn(): Promise<void> {
  try {
    await api.session();
  } catch (cause) {
    if (cause instanceof Refused && cause.status === 401) goToLogin();
  }
}

function openWire(): Wire {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return new WebSocket(`${scheme}://${location.host}/api/v1/live`, 'jiaoying.v1');
}

function ignore(_frame: never): void {}

/** Tells whether a callout was opened again that this page has forgotten. */
function reopensUnknown(events: readonly BoardEvent[], board: Board): boolean {
  return events.some((event) => event.kind === 'callout_reopened' && !board.callouts.has(event.data.id));
}
