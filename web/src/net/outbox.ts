/**
 * Answers and reports given on this phone, kept until the command centre has seen them. They are written down before
 * anything else happens, so that neither a dead network nor a closed page loses one.
 */

import { Refused, Unreachable, type Answering } from './api';

export type Step =
  /** Written down here; the calls go on. */
  | 'kept'
  /** The server has it durably; the calls stop. */
  | 'delivered'
  /** It has come back with the board: everybody sees it. */
  | 'seen'
  /** The server will not take it. */
  | 'refused';

export interface Letter {
  /** The idempotency key. */
  key: string;
  /** What it is about: an obligation, else an order or a task. Reports about one thing are sent in their order. */
  obligation: string;
  /** What is shown of it: 「暴雨红色预警」. */
  subject: string;
  post_title: string;
  answering?: Answering;
  /** How far somebody has come, instead of an answer. */
  report?: Report;
  /** When the button was pressed, by server time as this phone knew it. */
  at: string;
  step: Step;
  seq?: number;
  late?: boolean;
  /** The server's reason, as a code. */
  error?: string;
}

/** Says what was done: where to, and in which words. */
export interface Report {
  path: string;
  body: Record<string, unknown>;
}

export interface OutboxPorts {
  store: Pick<Storage, 'getItem' | 'setItem'>;
  post(letter: Letter): Promise<{ seq: number; late?: boolean }>;
  /** `lasting` is false where the phone could not write them down: the page must stay open. */
  onChange(letters: readonly Letter[], lasting: boolean): void;
  /** Somebody has to log in before anything can be delivered. */
  onLocked(): void;
}

/** Letters that are done are kept for the eye only: so many. */
const DONE_KEPT = 20;
/** While something waits, it is tried this often. */
export const RETRY_MS = 3_000;

export class Outbox {
  #ports: OutboxPorts;
  #slot: string;
  #letters: readonly Letter[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #reached = 0;

  /** Takes up what an earlier page left; `login` keeps two people on one phone apart. */
  constructor(login: string, ports: OutboxPorts) {
    this.#ports = ports;
    this.#slot = `jiaoying.outbox.${login}`;
    this.#letters = this.#read();
    ports.onChange(this.#letters, true);
  }

  get letters(): readonly Letter[] {
    return this.#letters;
  }

  /** Writes the answer down and sends it. */
  put(letter: Omit<Letter, 'step'>): void {
    const done = this.#letters.filter((one) => one.step !== 'kept');
    const kept = this.#letters.filter((one) => one.step === 'kept');
    this.#write([...done.slice(-DONE_KEPT), ...kept, { ...letter, step: 'kept' }]);
    void this.flush();
  }

  /** Sends what waits, oldest first; what does not get through is tried again. */
  async flush(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      const tried = new Set<string>();
      let retry_ms: number | undefined;
      for (let next = this.#next(tried); next !== undefined; next = this.#next(tried)) {
        tried.add(next.key);
        const delay_ms = await this.#deliver(next);
        if (delay_ms !== undefined) retry_ms = Math.min(delay_ms, retry_ms ?? delay_ms);
      }
      if (retry_ms !== undefined) this.#timer = setTimeout(() => void this.flush(), retry_ms);
    } finally {
      this.#busy = false;
    }
  }

  /** The board has come to `seq`: whoever looks at it sees the answers up to there. */
  reached(seq: number): void {
    this.#reached = seq;
    const isSeen = (letter: Letter): boolean => letter.step === 'delivered' && (letter.seq ?? Infinity) <= seq;
    if (!this.#letters.some(isSeen)) return;
    this.#write(this.#letters.map((letter) => (isSeen(letter) ? { ...letter, step: 'seen' } : letter)));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** One that fails holds up the reports after it about the same thing, and nothing else. */
  #next(tried: ReadonlySet<string>): Letter | undefined {
    const kept = this.#letters.filter((letter) => letter.step === 'kept');
    return kept.find((letter, index) =>
      !tried.has(letter.key) && (letter.report === undefined || kept.findIndex((one) => one.obligation === letter.obligation) === index));
  }

  /** Returns nothing when the letter is done with, else after how long to try again. */
  async #deliver(letter: Letter): Promise<number | undefined> {
    try {
      const { seq, late } = await this.#ports.post(letter);
      this.#change(letter.key, { step: 'delivered', seq, ...(late === undefined ? {} : { late }) });
      // The socket may have been faster than the reply.
      this.reached(this.#reached);
      return undefined;
    } catch (cause) {
      if (cause instanceof Unreachable) return RETRY_MS;
      if (!(cause instanceof Refused)) throw cause;
      if (cause.status === 401) {
        this.#ports.onLocked();
        return RETRY_MS;
      }
      if (cause.status === 429 || cause.status >= 500) return (cause.retryAfterS ?? 0) * 1_000 || RETRY_MS;
      this.#change(letter.key, { step: 'refused', error: cause.code });
      return undefined;
    }
  }

  #change(key: string, change: Partial<Letter>): void {
    this.#write(this.#letters.map((letter) => (letter.key === key ? { ...letter, ...change } : letter)));
  }

  #write(letters: readonly Letter[]): void {
    this.#letters = letters;
    this.#ports.onChange(letters, this.#save(letters));
  }

  #save(letters: readonly Letter[]): boolean {
    try {
      this.#ports.store.setItem(this.#slot, JSON.stringify(letters));
      return true;
    } catch {
      return false;
    }
  }

  #read(): Letter[] {
    try {
      return JSON.parse(this.#ports.store.getItem(this.#slot) ?? '[]') as Letter[];
    } catch {
      return [];
    }
  }
}
