/** Rounds in which every township reports, as the server tells them. No clock: `now` is an argument. */

import type { BoardEvent } from './event';
import type { Casualties } from './incident';
import type { Time } from './protocol';
import type { Light } from './task';

export interface Cadence {
  id: string;
  rule: string;
  zh: string;
  en: string;
  areas: string[];
  reason: string;
  drill: boolean;
  confirmed: boolean;
  on: boolean;
  started_at: Time;
  started_by: string;
  started_by_name?: string;
  /** Of the next round that has not been opened. */
  next_due?: Time;
  ended_at?: Time;
  ended_by?: string;
  ended_by_name?: string;
  end_reason?: string;
}

/** A number that is missing is one that nobody knows. */
export type RoundReturn =
  | { what: 'nothing' }
  | { what: 'numbers'; casualties?: Casualties; moved?: number; text?: string };

export interface Township {
  area: string;
  name: string;
  state: 'answered' | 'waiting' | 'late' | 'excused';
  at?: Time;
  by?: string;
  by_name?: string;
  corrected_at?: Time;
  late_s: number;
  answer?: RoundReturn;
}

export interface Round {
  id: string;
  cadence: string;
  text: string;
  text_en: string;
  drill: boolean;
  opened_at: Time;
  due_at: Time;
  total: number;
  answered: number;
  late: number;
  waiting: number;
  casualties: Casualties;
  moved: number;
  townships: Township[];
}

const PRESSING_MS = 15 * 60_000;

/** Returns how a township stands at `now`: between two answers of the server time goes on. */
export function townshipLight(township: Township, round: Round, now: number): Light {
  if (township.state === 'answered') return 'green';
  if (township.state === 'excused') return 'grey';
  const left = Date.parse(round.due_at) - now;
  if (left <= 0) return 'red';
  return left <= PRESSING_MS ? 'yellow' : 'grey';
}

/** Orders rounds that are switched on before those that were, the newest first. */
export function inForceFirst(a: Cadence, b: Cadence): number {
  return Number(b.on) - Number(a.on) || Date.parse(b.started_at) - Date.parse(a.started_at);
}

/** Numbers as they are typed; an empty field is one that nobody knows. */
export interface Figures {
  dead: string;
  injured: string;
  missing: string;
  trapped: string;
  moved: string;
  text: string;
}

export const COUNTED = ['dead', 'injured', 'missing', 'trapped', 'moved'] as const;
export type Counted = (typeof COUNTED)[number];

export function figuresOf(answer: RoundReturn | undefined): Figures {
  const known: Partial<Record<Counted, number | undefined>> = answer?.what === 'numbers' ? { ...answer.casualties, moved: answer.moved } : {};
  const typed = Object.fromEntries(COUNTED.map((word) => [word, known[word]?.toString() ?? ''])) as Record<Counted, string>;
  return { ...typed, text: answer?.what === 'numbers' ? answer.text ?? '' : '' };
}

/** Returns the answer that was typed: nothing to report where nothing was; or the field that is no number of people. */
export function returnOf(figures: Figures): RoundReturn | Counted {
  const wrong = COUNTED.find((word) => !/^\d*$/.test(figures[word].trim()));
  if (wrong !== undefined) return wrong;
  const told = COUNTED.filter((word) => figures[word].trim() !== '');
  const text = figures.text.trim();
  if (told.length === 0 && text === '') return { what: 'nothing' };
  const numbers = Object.fromEntries(told.map((word) => [word, Number(figures[word].trim())])) as Partial<Record<Counted, number>>;
  const { moved, ...casualties } = numbers;
  return { what: 'numbers', casualties, ...(moved === undefined ? {} : { moved }), ...(text === '' ? {} : { text }) };
}

/** Tells whether an event may change what townships are asked or answer. */
export function isRoundEvent({ kind }: BoardEvent): boolean {
  return kind === 'reports_changed';
}
