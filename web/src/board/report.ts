/** Reports to the levels above as the server tells them: their clocks, how they stand, and which is the most urgent. No clock: `now` is an argument. */

import type { BoardEvent } from './event';
import type { Time } from './protocol';
import type { Light, TaskView } from './task';

export type Series = 'incident' | 'statistics';
export type ReportStage = 'first' | 'follow_up' | 'final' | 'zero' | 'verified';
export type Rank = 'province' | 'city' | 'county' | 'township' | 'village' | 'unit' | 'scene';
export type Medium = 'phone' | 'written';
export type Progress = 'drafted' | 'checked' | 'signed' | 'sent' | 'dropped';

export interface ReportClock {
  number: number;
  series: Series;
  stage: ReportStage;
  /** Which of its stage the report is that it waits for; missing once it has ended. */
  ordinal?: number;
  to: Rank;
  medium: Medium;
  started_at: Time;
  due_at: Time;
  text: string;
  text_en: string;
  rule: string;
  source: string;
  confirmed: boolean;
  optional: boolean;
  state: 'running' | 'late' | 'met' | 'dropped';
  ended_at?: Time;
  late_s: number;
}

/** A clock with the incident that is to be reported. */
export interface IncidentClock extends ReportClock {
  incident: string;
  incident_title: string;
  incident_kind: string;
  drill: boolean;
  /** That of the other medium, where it runs no more. */
  beside?: ReportClock;
}

/** Whom and words are missing for whoever may not see telephone numbers. */
export interface ReportCall {
  series: Series;
  stage: ReportStage;
  to: Rank;
  whom?: string;
  at: Time;
  words?: string;
  noted_by: string;
  noted_by_name?: string;
  noted_at: Time;
}

export interface ReportStep {
  at: Time;
  by: string;
  name?: string;
  reason?: string;
}

export interface Report {
  id: string;
  incident: string;
  incident_title: string;
  incident_kind: string;
  series: Series;
  stage: ReportStage;
  ordinal: number;
  to: Rank[];
  title: string;
  /** Missing for whoever may not see telephone numbers. */
  text?: string;
  drill: boolean;
  revision: number;
  state: Progress;
  number?: string;
  drafted: ReportStep;
  changed: ReportStep;
  checked?: ReportStep;
  signed?: ReportStep;
  returned?: ReportStep;
  sent?: ReportStep;
  dropped?: ReportStep;
  late_s: number;
}

/** What is due of an incident and what was reported of it. */
export interface ReportDossier {
  incident: string;
  drill: boolean;
  clocks: ReportClock[];
  calls: ReportCall[];
  reports: Report[];
}

/** One report that is due, written or sent. Its id stays when it is begun. */
export interface ReportRow {
  id: string;
  incident: string;
  series: Series;
  stage: ReportStage;
  ordinal: number;
  report?: Report;
  clocks: ReportClock[];
}

export const PROGRESS: readonly Progress[] = ['drafted', 'checked', 'signed', 'sent'];
export const MEDIA: readonly Medium[] = ['phone', 'written'];
const PRESSING_MS = 10 * 60_000;
/** Times of one step that the server took together. */
const TOGETHER_MS = 1_000;

export function isRunning(clock: ReportClock): boolean {
  return clock.state === 'running' || clock.state === 'late';
}

export function isOpenReport(report: Report): boolean {
  return report.sent === undefined && report.dropped === undefined;
}

/** Returns how a clock stands at `now`: between two answers of the server time goes on. */
export function clockLight(clock: ReportClock, now: number): Light {
  if (clock.state === 'met') return 'green';
  if (clock.state === 'dropped') return 'grey';
  return clock.optional ? 'grey' : dueLight(clock.started_at, clock.due_at, now);
}

/** Red when it is over, yellow in its last quarter or its last ten minutes. */
function dueLight(from: Time, due_at: Time, now: number): Light {
  const due = Date.parse(due_at);
  if (due <= now) return 'red';
  return due - now <= Math.max((due - Date.parse(from)) / 4, PRESSING_MS) ? 'yellow' : 'grey';
}

/** Returns the clock of a medium to look at: the one that runs out first, else the last that ended. */
export function foremost(clocks: readonly ReportClock[], medium: Medium): ReportClock | undefined {
  const own = clocks.filter((clock) => clock.medium === medium);
  const running = own.filter(isRunning).sort((a, b) => Number(a.optional) - Number(b.optional) || at(a.due_at) - at(b.due_at));
  return running[0] ?? own[own.length - 1];
}

/** Returns what is due and written of every incident that clocks run for or reports are about. */
export function rowsOfAll(running: readonly IncidentClock[], reports: readonly Report[]): ReportRow[] {
  const incidents = [...new Set([...running, ...reports].map((one) => one.incident))];
  return incidents.flatMap((incident) => {
    const clocks = running.flatMap((one) => (one.incident === incident ? [one, ...(one.beside === undefined ? [] : [one.beside])] : []));
    return rowsOf({ incident, clocks, reports: reports.filter((one) => one.incident === incident) });
  });
}

/** Returns what is due, written and sent of an incident. */
export function rowsOf({ incident, clocks, reports }: Pick<ReportDossier, 'incident' | 'clocks' | 'reports'>): ReportRow[] {
  const rows = reports.map((report) => rowOf(report, clocksOf(clocks, report)));
  const attached = new Set(rows.flatMap((row) => row.clocks.map((clock) => clock.number)));
  const owed = clocks.filter((clock) => isRunning(clock) && !attached.has(clock.number) && !clock.optional);
  const kinds = new Map(owed.map((clock) => [`${clock.series}.${clock.stage}`, clock]));
  for (const { series, stage, ordinal = 1 } of kinds.values()) {
    const own = clocks.filter((clock) => clock.series === series && clock.stage === stage && !attached.has(clock.number));
    const from = own.filter((clock) => owed.includes(clock));
    rows.push({ id: keyOf(incident, series, stage, ordinal), incident, series, stage, ordinal, clocks: own.filter((clock) => from.includes(clock) || goesWith(clock, from)) });
  }
  return rows;
}

/** Returns the row of a report of whose incident nothing else is asked for. */
export function rowOf(report: Report, clocks: ReportClock[] = []): ReportRow {
  const { incident, series, stage, ordinal } = report;
  const id = report.dropped === undefined ? keyOf(incident, series, stage, ordinal) : report.id;
  return { id, incident, series, stage, ordinal, report, clocks };
}

/** A row for an incident of which no rule demands a report: one may be written all the same. */
export function freeRow(incident: string): ReportRow {
  return { id: keyOf(incident, 'incident', 'first', 1), incident, series: 'incident', stage: 'first', ordinal: 1, clocks: [] };
}

function keyOf(incident: string, series: Series, stage: ReportStage, ordinal: number): string {
  return `${incident}.${series}.${stage}.${ordinal}`;
}

/** Returns the clocks that a report ends or has ended. */
function clocksOf(clocks: readonly ReportClock[], report: Report): ReportClock[] {
  if (report.dropped !== undefined) return [];
  const kind = clocks.filter((clock) => clock.series === report.series && clock.stage === report.stage && clock.state !== 'dropped');
  const { sent } = report;
  const own = sent === undefined
    ? kind.filter(isRunning)
    : kind.filter((clock) => clock.medium === 'written' && clock.ended_at !== undefined && Math.abs(at(clock.ended_at) - at(sent.at)) <= TOGETHER_MS);
  return kind.filter((clock) => own.includes(clock) || goesWith(clock, own));
}

/** Tells whether a clock is the other medium of one of `others`: they were started together. */
function goesWith(clock: ReportClock, others: readonly ReportClock[]): boolean {
  return clock.state !== 'dropped' && others.some((other) => other.medium !== clock.medium && at(other.started_at) === at(clock.started_at));
}

/** Orders rows: by what runs out first; then what somebody has begun; then what is over, the last first. */
export function mostUrgentFirst(a: ReportRow, b: ReportRow): number {
  return dueOf(a) - dueOf(b) || Number(isOver(a)) - Number(isOver(b)) || (endOf(b) - endOf(a)) || a.id.localeCompare(b.id);
}

/** Returns when the first clock of a row runs out. Infinite where none runs; two of these are equal. */
function dueOf(row: ReportRow): number {
  const due = row.clocks.filter((clock) => isRunning(clock) && !clock.optional).map((clock) => at(clock.due_at));
  return Math.min(Number.MAX_SAFE_INTEGER, ...due);
}

function isOver({ report }: ReportRow): boolean {
  return report !== undefined && !isOpenReport(report);
}

function endOf({ report }: ReportRow): number {
  return report === undefined ? 0 : at((report.sent ?? report.dropped ?? report.drafted).at);
}

/** What is still to be done by its time. */
export interface Owed {
  count: number;
  /** The first to run out. */
  due_at: Time;
  light: Light;
}

/** Returns how many open tasks there are of a cause, and which runs out first; nothing where there are none. */
export function tallyOwed(tasks: readonly TaskView[], now: number): Owed | undefined {
  const [first] = [...tasks].sort((a, b) => at(a.due_at) - at(b.due_at));
  return first === undefined ? undefined : { count: tasks.length, due_at: first.due_at, light: dueLight(first.given_at, first.due_at, now) };
}

/** Returns the levels above an area by its code, the nearest first: those to whom it reports. */
export function ranksAbove(area: string): Rank[] {
  if (area.slice(2, 4) === '00') return [];
  return area.slice(4, 6) === '00' ? ['province'] : ['city', 'province'];
}

/** Tells whether an event may change what is due or was reported of one incident. */
export function isAboutReportsOf(incident: string, event: BoardEvent): boolean {
  return event.kind !== 'reports_changed' || event.data.incident === undefined || event.data.incident === incident;
}

/** Tells whether an event may change what is due or was reported. */
export function isReportEvent({ kind }: BoardEvent): boolean {
  return kind === 'reports_changed' || kind === 'incidents_changed' || kind === 'incident_received';
}

function at(time: Time): number {
  return Date.parse(time);
}

/** The words of a report, as they are changed. */
export interface ReportWords {
  to: readonly Rank[];
  title: string;
  text: string;
}

export const WORDS = ['title', 'text', 'to'] as const;
export type Word = (typeof WORDS)[number];

export function wordsOf(report: Report): ReportWords {
  return { to: report.to, title: report.title, text: report.text ?? '' };
}

/** Returns which words differ. */
export function changedWords(before: ReportWords, after: ReportWords): Word[] {
  return WORDS.filter((word) => JSON.stringify(before[word]) !== JSON.stringify(after[word]));
}

/** Returns what I wrote over what somebody else has changed meanwhile, and what we both changed: of that mine is kept. */
export function mergeWords(base: ReportWords, mine: ReportWords, theirs: ReportWords): { merged: ReportWords; both: Word[] } {
  const own = changedWords(base, mine);
  const others = changedWords(base, theirs);
  const kept = Object.fromEntries(own.map((word) => [word, mine[word]]));
  return { merged: { ...theirs, ...kept }, both: own.filter((word) => others.includes(word) && changedWords(mine, theirs).includes(word)) };
}
