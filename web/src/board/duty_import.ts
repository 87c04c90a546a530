/** A clerk's own file of duty tables: what it was taken for, whose names are not clear, and what it would change. Pure. */

import type { Named, Time } from './protocol';
import type { Line, PostPlace } from './roster';

export type Layout = 'long' | 'lines' | 'grid' | 'across';
export type Meaning = 'date' | 'weekday' | 'duty' | 'with' | 'people' | 'telephone' | 'area' | 'from' | 'to' | 'day' | 'ignored';

/** What one column was taken for; in a table that runs across, one row. */
export interface TakenColumn {
  /** The letter over it, or the number beside the row. */
  column: string;
  /** As the sheet writes it; may be empty. */
  heading: string;
  means: Meaning;
  duty?: string;
}

export interface Understood {
  /** Empty for a file of text. */
  sheet: string;
  layout: Layout;
  header_row: number;
  columns: TakenColumn[];
  /** It is in no layout that is known. */
  guessed: boolean;
}

/** Where in a file something stands; missing parts mean the file or the sheet as a whole. */
export interface FilePlace {
  sheet?: string;
  row?: number;
  column?: string;
}

export interface Suggested extends Named {
  title: string;
  area: string;
  area_name: string;
  why: 'same_name' | 'spacing' | 'same_number' | 'surname_and_number' | 'one_letter';
}

/** A name that fits nobody, or several. */
export interface UnclearName {
  text: string;
  matches: 'nobody' | 'several';
  places: FilePlace[];
  /** The likeliest first. */
  suggestions: Suggested[];
}

/** One thing wrong with a file, in the server's words. */
export interface FileFault extends FilePlace {
  value?: string;
  code: string;
  problem: string;
  remedy: string;
}

/** A line of a table before and after. */
export interface LineChange {
  from: Time;
  to: Time;
  before: Named[];
  after: Named[];
  /** Names after it that are not clear yet. */
  unclear?: string[];
}

/** What becomes of the table of one post. */
export interface PostChange extends PostPlace {
  /** Otherwise it is created. */
  known: boolean;
  /** Otherwise it cannot be created. */
  duty_known: boolean;
  from: Time;
  to: Time;
  added: LineChange[];
  changed: LineChange[];
  taken_away: LineChange[];
  same: number;
}

/** What a file was taken for and what it would change. Nothing has changed. */
export interface ImportPreview {
  sheets: Understood[];
  skipped_sheets: string[];
  guessed: boolean;
  /** When the first and the last line begin; missing where there is none. */
  from?: Time;
  last?: Time;
  lines: (Omit<Line, 'people'> & { post: string })[];
  lines_left_off: number;
  names: UnclearName[];
  names_left_off: number;
  faults: FileFault[];
  faults_left_off: number;
  posts: PostChange[];
  ready: boolean;
  seen: number;
}

/** A file that was brought in. */
export interface Imported {
  id: string;
  file_name: string;
  at: Time;
  by: string;
  lines: number;
  posts: PostPlace[];
  /** Up to, not with, the last. */
  from: Time;
  to: Time;
  taken_back?: { at: Time; by: string };
  /** Posts whose tables have been changed since: it cannot be taken back. */
  changed_since: string[];
}

/** Columns next to each other that mean the same. */
export interface ColumnRun extends TakenColumn {
  /** The last one's letter and heading, where they are several. */
  last?: { column: string; heading: string };
}

/** A month of days, or what nobody reads, is told as one. */
const TOLD_AS_ONE: ReadonlySet<Meaning> = new Set<Meaning>(['day', 'ignored']);

/** Returns the columns of a sheet, a run of days as one. */
export function columnRuns(columns: readonly TakenColumn[]): ColumnRun[] {
  const runs: ColumnRun[] = [];
  for (const { column, heading, means, duty } of columns) {
    const before = runs[runs.length - 1];
    if (before?.means === means && TOLD_AS_ONE.has(means)) runs[runs.length - 1] = { ...before, last: { column, heading } };
    else runs.push({ column, heading, means, ...(duty === undefined ? {} : { duty }) });
  }
  return runs;
}

/** Places of one sheet that lie in one column, or in one row. */
export interface PlaceRun {
  sheet: string;
  rows: number[];
  columns: string[];
}

/** Returns where a name stands, told by columns or by rows, whichever is shorter: a month may run down or across. */
export function placeRuns(places: readonly FilePlace[]): PlaceRun[] {
  const down = gathered(places, ({ sheet, column }) => `${sheet}\n${column}`);
  const across = gathered(places, ({ sheet, row }) => `${sheet}\n${row}`);
  return across.length < down.length ? across : down;
}

function gathered(places: readonly FilePlace[], keyOf: (place: FilePlace) => string): PlaceRun[] {
  const runs = new Map<string, PlaceRun>();
  for (const place of places) {
    const key = keyOf(place);
    const run = runs.get(key) ?? { sheet: place.sheet ?? '', rows: [], columns: [] };
    if (place.row !== undefined && !run.rows.includes(place.row)) run.rows.push(place.row);
    if (place.column !== undefined && !run.columns.includes(place.column)) run.columns.push(place.column);
    runs.set(key, run);
  }
  return [...runs.values()];
}

/** Whom somebody has chosen for names as the file writes them. */
export type Choices = ReadonlyMap<string, Named>;

/**
 * Returns the names to be shown: those asked about before stay in their place once somebody is chosen, what the server asks
 * for newly follows. What is asked for no more and was not chosen for goes.
 */
export function namesAfter(before: readonly UnclearName[], asked: readonly UnclearName[], choices: Choices): UnclearName[] {
  const now = new Map(asked.map((name) => [name.text, name]));
  const kept = before.filter(({ text }) => now.has(text) || choices.has(text)).map((name) => now.get(name.text) ?? name);
  const shown = new Set(kept.map(({ text }) => text));
  return [...kept, ...asked.filter(({ text }) => !shown.has(text))];
}

/** Returns the name to be decided now: the one in hand while it is open, else the next open one after it, else the first. */
export function nextOpen(names: readonly UnclearName[], choices: Choices, inHand: string): string | undefined {
  const at = names.findIndex(({ text }) => text === inHand);
  const order = at < 0 ? names : [...names.slice(at), ...names.slice(0, at)];
  return order.find(({ text }) => !choices.has(text))?.text;
}

export type ChangeKind = 'added' | 'changed' | 'taken_away';

/** Returns every change of a post by time. */
export function changesOf(post: PostChange): (LineChange & { kind: ChangeKind })[] {
  const of = (kind: ChangeKind) => post[kind].map((change) => ({ ...change, kind }));
  return [...of('added'), ...of('changed'), ...of('taken_away')].sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

export function linesOf({ lines, lines_left_off }: ImportPreview): number {
  return lines.length + lines_left_off;
}

/** Returns the posts that would be created. */
export function newPosts({ posts }: ImportPreview): PostChange[] {
  return posts.filter(({ known }) => !known);
}

/** Tells whether everything stands in the tables as the file has it. */
export function changesNothing({ ready, posts }: ImportPreview): boolean {
  return ready && posts.every(({ added, changed, taken_away }) => added.length + changed.length + taken_away.length === 0);
}

/** What somebody has agreed to. */
export interface Agreed {
  guess: boolean;
  posts: boolean;
}

/** Tells whether a file can be put in force as it was looked at. */
export function mayBringIn(preview: ImportPreview, agreed: Agreed): boolean {
  const created = newPosts(preview);
  const mayCreate = created.length === 0 || (agreed.posts && created.every(({ duty_known }) => duty_known));
  return preview.ready && mayCreate && (agreed.guess || !preview.guessed) && !changesNothing(preview);
}

/** Tells whether the file's dates need a year that it does not say. */
export function lacksYear({ faults }: ImportPreview): boolean {
  return faults.some(({ code }) => code === 'no_year');
}

/** Tells whether every line of a file is of a day that is over by `today`, most likely of another month than was meant. */
export function isOver({ last }: ImportPreview, today: string, dateOf: (at: Time) => string): boolean {
  return last !== undefined && dateOf(last) < today;
}

/** Tells whether an import can still be taken back. */
export function mayTakeBack({ taken_back, changed_since }: Imported): boolean {
  return taken_back === undefined && changed_since.length === 0;
}
