/** What the phone holds besides the board: answers on their way, the item in hand, and a memory for no network. */

import { levelOf } from '../../board/area';
import type { Board } from '../../board/board';
import { fromSnapshot } from '../../board/board';
import type { CallFrame, ObligationView, WireBoard } from '../../board/protocol';
import { demandsOnMe } from '../../board/select';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { api, newKey, post, type Answering } from '../../net/api';
import { Outbox, type Letter, type Report } from '../../net/outbox';
import { sound } from '../../sound.svelte';

const MEMORY = 'jiaoying.phone';
/** Kept by what comes later, and forgotten with the rest though it has not come. */
export const ORDERS_MEMORY = 'jiaoying.orders';

class Phone {
  letters = $state.raw<readonly Letter[]>([]);
  /** The phone has written the answers down. */
  isLasting = $state(true);
  isLocked = $state(false);
  /** A call that demands nothing, until it has been read. */
  notice = $state.raw<CallFrame | undefined>(undefined);
  #focus = $state<string | undefined>(undefined);
  /** The item in hand as last seen: a fresh snapshot no longer holds what has been answered. */
  #seen = $state.raw<ObligationView | undefined>(undefined);
  #outbox: Outbox | undefined;
  #login = '';
  /** Obligations whose full view has been asked for once. */
  #askedFor = new Set<string>();

  /** What waits for my answer, most severe first. */
  pending = $derived(live.board === undefined ? [] : demandsOnMe(live.board).filter((view) => !this.#isAnswered(view)));
  /** The item in hand: it stays under the thumb, whatever else comes. */
  current = $derived(this.#inHand());

  start(): void {
    this.#recall();
    live.onEvents((_events, board) => this.#follow(board));
    live.onCall((call) => this.#ring(call));
    for (const event of ['online', 'pageshow', 'focus']) window.addEventListener(event, () => void this.#outbox?.flush());
    document.addEventListener('visibilitychange', () => void this.#outbox?.flush());
    $effect.root(() => {
      $effect(() => sound.demand(this.pending[0]?.severity));
      $effect(() => {
        this.#focus = this.current?.id;
        this.#seen = this.current;
      });
    });
  }

  /** Returns the last answer given for an obligation from this phone. */
  letterFor(obligation: string): Letter | undefined {
    return [...this.letters].reverse().find((letter) => letter.obligation === obligation);
  }

  /** Tells whether it still waits for an answer from this phone. */
  isPending(view: ObligationView): boolean {
    return this.pending.some((one) => one.id === view.id);
  }

  look(obligation: string): void {
    this.#focus = obligation;
  }

  /** Takes the next that waits in hand. */
  next(): void {
    this.#focus = this.pending[0]?.id;
  }

  answer(view: ObligationView, answering: Answering): void {
    this.#put(view.id, view, answering);
  }

  /** Answers for the person behind the door that an errand is about. */
  answerFor(errand: ObligationView, obligation: string, person: string): void {
    this.#put(obligation, errand, { answer: 'acknowledged', on_behalf_of: person, via: 'door' });
  }

  /** Says how far I have come with an order or a task. */
  report(about: string, subject: string, report: Report): void {
    const at = new Date(clock.exact()).toISOString();
    this.#outbox?.put({ key: newKey(), obligation: about, subject, post_title: '', report, at });
  }

  #put(obligation: string, view: ObligationView, answering: Answering): void {
    const at = new Date(clock.exact()).toISOString();
    const { subject, post_title } = view;
    this.#focus = view.id;
    this.#outbox?.put({ key: newKey(), obligation, subject, post_title, answering, at });
  }

  /** An answer counts until somebody asks again, which a ladder that begins anew does. */
  #isAnswered(view: ObligationView): boolean {
    const letter = this.letterFor(view.id);
    if (letter === undefined || letter.step === 'refused') return false;
    const me = live.board?.me.person?.id;
    return !view.asked.some((asked) => asked.person.id === me && Date.parse(asked.at) > Date.parse(letter.at));
  }

  #inHand(): ObligationView | undefined {
    const mine = live.board?.mine;
    const held = mine?.get(this.#focus ?? '') ?? (this.#wasAnsweredHere(this.#seen) ? this.#seen : undefined);
    if (held !== undefined) return held;
    // What waits for me goes first, then what an earlier page could not deliver.
    return this.pending[0] ?? [...(mine?.values() ?? [])].find((view) => this.letterFor(view.id)?.step === 'kept');
  }

  #wasAnsweredHere(view: ObligationView | undefined): boolean {
    return view !== undefined && this.letters.some((letter) => letter.obligation === view.id || letter.obligation === view.about?.obligation);
  }

  #ring(call: CallFrame): void {
    live.send({ type: 'received', attempt: call.attempt });
    if (call.notice) this.notice = call;
    else {
      live.learnMine([call.obligation]);
      // What is being answered stays under the thumb; what is done makes room.
      if (this.current === undefined || !this.isPending(this.current)) this.#focus = call.obligation.id;
    }
    if ('vibrate' in navigator) navigator.vibrate(call.notice ? 200 : [600, 200, 600]);
  }

  #follow(board: Board): void {
    this.#open(board.me.login);
    this.isLocked = false;
    this.#outbox?.reached(board.seq);
    void this.#outbox?.flush();
    remember(board);
    const stubs = [...board.mine.values()].filter((view) => view.rungs === 0 && !this.#askedFor.has(view.id));
    if (stubs.length === 0) return;
    for (const view of stubs) this.#askedFor.add(view.id);
    void this.#askMine();
  }

  /** Events name people; their telephone numbers and titles come from here. */
  async #askMine(): Promise<void> {
    try {
      live.learnMine((await api.mine()).items);
    } catch {
      // What events told is enough to answer.
    }
  }

  #open(login: string): void {
    if (this.#login === login) return;
    this.#login = login;
    this.#outbox?.stop();
    this.#outbox = new Outbox(login, {
      store: localStorage,
      post: ({ obligation, answering, report, key }) =>
        (answering === undefined ? post(report?.path ?? '', report?.body, key) : api.answer(obligation, answering, key)),
      onChange: (letters, isLasting) => {
        this.letters = letters;
        this.isLasting = isLasting;
      },
      onLocked: () => (this.isLocked = true),
    });
  }

  #recall(): void {
    try {
      const memory = localStorage.getItem(MEMORY);
      if (memory === null) return;
      const { seq, board } = JSON.parse(memory) as { seq: number; board: WireBoard };
      live.recall(fromSnapshot(seq, board), Date.parse(board.now));
      this.#open(board.me.login);
      void this.#outbox?.flush();
    } catch {
      // A memory that cannot be read is no memory.
    }
  }
}

export const phone = new Phone();

/** Forgets what was shown to whoever was logged in; answers on their way stay. */
export function forget(): void {
  localStorage.removeItem(MEMORY);
  localStorage.removeItem(ORDERS_MEMORY);
}

/** Keeps what must be answered for a page that opens without a network. */
function remember(board: Board): void {
  const { me, jurisdiction, at, mine, duty } = board;
  const wire: WireBoard = {
    now: at, me, jurisdiction, names: townshipNames(board), warnings: [], callouts: [], open: { total: 0, items: [] },
    mine: [...mine.values()],
    duty: { at: duty.at, items: duty.items.filter((item) => item.person === me.person?.id), gaps: [] }, lines: [],
    silences: { sources: [], gauges: { total: 0, items: [] } }, degraded: [],
  };
  try {
    localStorage.setItem(MEMORY, JSON.stringify({ seq: board.seq, board: wire }));
  } catch {
    // Without a memory the page needs the network to open, and works all the same.
  }
}

function townshipNames(board: Board): Record<string, string> {
  return Object.fromEntries([...board.names].filter(([id]) => levelOf(id) === 'township'));
}
