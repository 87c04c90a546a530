/** The development server's state: events go through the pages' own reducer, so what it tells is consistent. */

import { fromSnapshot, isOpen, type Board } from '../src/board/board';
import { readEvent, isObligationEvent, obligationOf, type BoardEvent } from '../src/board/event';
import { openObligation, reduceObligation } from '../src/board/obligation';
import type { EventFrame, Me, ObligationView, Severity, WireBoard } from '../src/board/protocol';
import { reduceAll } from '../src/board/reduce';
import { areas, COUNTY, dutyAt, people, posts, ZONE, type Post } from './county';

const RUNGS = 3;
const LINES = 30;
const HOLD_S = 35;

export interface Opening {
  kind: 'warning' | 'manual' | 'spot_check' | 'errand';
  subject: string;
  text: string;
  severity: Severity;
  drill: boolean;
  areas: string[];
  warning?: string;
  parent?: string;
}

export class World {
  board: Board = fromSnapshot(0, this.#empty());
  readonly all = new Map<string, ObligationView>();
  readonly frames: EventFrame[] = [];
  onFrames: (frames: EventFrame[]) => void = () => {};
  #numbers = { w: 0, c: 0, o: 0 };
  #gathered: EventFrame[] = [];

  /** Notes that something happened at `at`, and tells it once the current act is over. */
  emit(at: number, kind: string, data: object): void {
    const named = data as { post?: string; person?: string; step?: { people: string[] } };
    const names: Record<string, string> = {};
    if (named.post !== undefined) {
      const area = named.post.slice(0, 12);
      names[named.post] = posts.get(named.post)?.title ?? named.post;
      names[area] = areas.get(area) ?? area;
    }
    for (const id of [named.person, ...(named.step?.people ?? [])]) if (id !== undefined) names[id] = people.get(id)?.name ?? id;
    const frame: EventFrame = { type: 'event', seq: this.board.seq + this.#gathered.length + 1, at: iso(at), kind, data, names };
    if (this.#gathered.length === 0) queueMicrotask(() => this.settle());
    this.#gathered.push(frame);
  }

  /** Takes in and tells what has been noted. */
  settle(): void {
    const frames = this.#gathered;
    this.#gathered = [];
    if (frames.length === 0) return;
    const events = frames.map(readEvent);
    this.board = reduceAll(this.board, events);
    for (const event of events) this.#follow(event);
    this.frames.push(...frames);
    this.onFrames(frames);
  }

  next(letter: 'w' | 'c' | 'o'): string {
    this.#numbers[letter] += 1;
    return `${letter}-${this.#numbers[letter]}`;
  }

  /** Opens a callout that obliges `obliged`, each asked on the first rung. */
  callOut(at: number, opening: Opening, obliged: readonly Post[], task: string, about?: string): string {
    const id = this.next('c');
    const { areas: whole, ...said } = opening;
    this.emit(at, 'callout_opened', { id, ...said, extent: { whole }, policy: opening.severity });
    for (const post of obliged) {
      this.emit(at, 'obligation_opened', {
        id: this.next('o'), callout: id, post: post.id, ladder: 'l', task, ...(about === undefined ? {} : { about }),
        step: this.step(post, 0, 0, at),
      });
    }
    this.settle();
    return id;
  }

  step(post: Post, rung: number, number: number, at: number): object {
    const person = (post.people[rung] ?? post.people[0])?.id ?? '';
    const channels = ['app', 'sms', 'voice'] as const;
    return {
      rung, people: [person], due_at: iso(at + 90_000),
      attempts: channels.map((channel, index) => ({ number: number + index, person, channel })),
    };
  }

  /** The board as `me` sees it, filled up with what events do not tell. */
  snapshot(me: Me, now: number): WireBoard {
    const { board } = this;
    return {
      now: iso(now),
      jurisdiction: board.jurisdiction,
      me,
      names: Object.fromEntries(board.names),
      warnings: [...board.warnings.values()].reverse(),
      callouts: [...board.callouts.values()].filter((callout) => callout.state === 'open').map((one) => this.reckon(one.id, now)),
      open: { total: board.open.total, items: [...board.open.items.values()].map(filled) },
      mine: me.person === undefined ? [] : this.asking(me.person.id),
      duty: { at: iso(now), ...dutyAt(iso(dayStart(now)), iso(dayStart(now) + 86_400_000)) },
      lines: [
        { channel: 'voice', name: '语音外呼', simulated: true, lines: LINES, busy: 21, queued: 0 },
        { channel: 'sms', name: '短信', simulated: true, lines: 5, busy: 0, queued: 0 },
      ],
      silences: { sources: [], gauges: { total: 0, items: [] } },
      degraded: [...board.degraded],
    };
  }

  asking(person: string): ObligationView[] {
    return [...this.all.values()].filter((view) => isOpen(view) && asks(view, person)).map(filled);
  }

  reckon(id: string, now: number): NonNullable<ReturnType<Board['callouts']['get']>> {
    const callout = this.board.callouts.get(id);
    if (callout === undefined) throw new Error('no such callout');
    const calls = [...this.all.values()].filter((view) => view.callout === id)
      .flatMap((view) => view.attempts).filter((attempt) => attempt.channel === 'voice' && attempt.try === 1);
    const queued = calls.filter((attempt) => attempt.state === 'queued').length;
    const calling = calls.filter((attempt) => attempt.state === 'started').length;
    const opened = Date.parse(callout.opened_at);
    const inRounds = (rounds: number): string => iso(Math.max(now, opened) + rounds * HOLD_S * 1_000);
    const times = {
      begun_at: inRounds(Math.floor(Math.max(queued - 1, 0) / LINES)),
      finish_at: inRounds(Math.ceil(queued / LINES)),
      target_at: iso(opened + 180_000),
    };
    return {
      ...callout,
      policy_title: { red: '红色预警叫应', orange: '橙色预警叫应', yellow: '黄色预警叫应', blue: '蓝色预警叫应' }[callout.severity],
      forecast: { queued, calling, lines: LINES, simulated: true, ...times },
    };
  }

  #follow(event: BoardEvent): void {
    if (event.kind === 'obligation_opened') {
      const callout = this.board.callouts.get(event.data.callout);
      if (callout === undefined) return;
      const door = this.all.get(event.data.about ?? '');
      this.all.set(event.data.id, openObligation(event.data, event.at, callout, this.board.names, door));
    } else if (isObligationEvent(event)) {
      const known = this.all.get(obligationOf(event) ?? '');
      if (known !== undefined) this.all.set(known.id, reduceObligation(known, event, this.board.names));
    }
  }

  #empty(): WireBoard {
    return {
      now: iso(0), jurisdiction: { area: COUNTY, name: '示例县', timezone: ZONE },
      me: { login: 'fake', role: 'admin', area: COUNTY }, names: Object.fromEntries(areas), warnings: [], callouts: [],
      open: { total: 0, items: [] }, mine: [], duty: { at: iso(0), items: [], gaps: [] }, lines: [], silences: { sources: [], gauges: { total: 0, items: [] } }, degraded: [],
    };
  }
}

/** Returns a view with titles and telephone numbers, as the server's own views have them. */
export function filled(view: ObligationView): ObligationView {
  const asked = view.asked.map((one) => ({ ...one, person: { ...one.person, ...people.get(one.person.id) } }));
  const about = view.about === undefined ? {} : {
    about: { ...view.about, people: view.about.people.map((person) => ({ ...person, ...people.get(person.id) })) },
  };
  return { ...view, rungs: RUNGS, asked, ...about };
}

export function iso(at: number): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`;
}

function asks(view: ObligationView, person: string): boolean {
  return view.asked.some((asked) => asked.person.id === person && !asked.declined);
}

function dayStart(now: number): number {
  return Math.floor((now + 8 * 3_600_000) / 86_400_000) * 86_400_000 - 8 * 3_600_000;
}
