/** A roll call as a board of tiles: who is at his post, who is being rung, who is not there. Pure. */

import { rollupArea } from './area';
import { peopleAsked } from './obligation';
import { placeOf, postOf } from './place';
import type { AttemptView, CalloutKind, ObligationView, Severity, Time, WarningView, Whereabouts } from './protocol';
import { beingAsked } from './select';

/**
 * Those to look at first. `elsewhere` answered too far from his post and `late` after his time, which the month counts as
 * absences; `released` need not answer.
 */
export const PRESENCES = ['absent', 'declined', 'elsewhere', 'no_answer', 'ringing', 'late', 'on_post', 'released'] as const;
export type Presence = (typeof PRESENCES)[number];

/** From one ring to the next: one second of tone, four of silence, as exchanges in China ring and the server counts. */
const RING_MS = 5_000;

/** One post on the board. */
export interface Tile {
  id: string;
  /** The township, or the area of the same rank, that it is grouped under. */
  group: string;
  group_name: string;
  area: string;
  area_name: string;
  /** Without the place it begins with. */
  post: string;
  presence: Presence;
  /** Who answered or said no; before that who is being called. */
  who: string[];
  /** The call that says most about it. */
  call?: AttemptView;
  /** Calls that were made. */
  calls: number;
  /** How often a telephone rang that nobody took, at the longest. */
  rings: number;
  /** Where whoever answered was, where the check asks. */
  whereabouts?: Whereabouts;
  answered_at?: Time;
  /** From the opening to the answer. */
  after_s?: number;
}

export interface Group {
  area: string;
  name: string;
  due: number;
  here: number;
  tiles: Tile[];
}

/** What lies on the board: a township's name with its count, or a post. */
export type Cell = { is: 'head'; key: string; group: Group } | { is: 'post'; key: string; tile: Tile };

export interface Tally {
  due: number;
  here: number;
  missing: number;
  /** Of those due, rounded down: a hundred means all. */
  percent: number;
  of: Record<Presence, number>;
}

/** Tells whether a kind of callout asks nothing but who is there. */
export function isRollCall({ kind }: { kind: CalloutKind }): boolean {
  return kind === 'spot_check';
}

/** `enough` is how often a telephone rings until nobody is there, where the county counts that. */
export function presenceOf(view: ObligationView, enough?: number): Presence {
  switch (view.state) {
    case 'withdrawn': return 'released';
    case 'answered':
      if (view.answer?.late === true || hasRungOut(view, enough)) return 'late';
      return view.answer?.whereabouts?.elsewhere === true ? 'elsewhere' : 'on_post';
    case 'unreached': return view.asked.some(({ declined }) => declined) ? 'declined' : 'absent';
    case 'ringing': {
      const calls = callsOf(view);
      const hasRung = calls.some(({ state }) => state === 'ended');
      return hasRung && !calls.some(({ state }) => state === 'started') ? 'no_answer' : 'ringing';
    }
  }
}

/** Returns the tile of an obligation, as whoever is at `viewer` groups it. */
export function tileOf(view: ObligationView, viewer: string, names: ReadonlyMap<string, string>, enough?: number): Tile {
  const presence = presenceOf(view, enough);
  const group = rollupArea(viewer, view.area);
  const calls = callsOf(view);
  const call = calls.find(({ state }) => state === 'started') ?? latest(calls);
  const { answered_at } = view;
  const whereabouts = view.answer?.whereabouts;
  return {
    id: view.id, group, group_name: names.get(group) ?? (group === view.area ? view.area_name : group),
    area: view.area, area_name: view.area_name, post: postOf(view), presence, who: whoOf(view, presence),
    calls: calls.filter(({ started_at }) => started_at !== undefined).length,
    rings: Math.max(0, ...calls.map(ringsOf)),
    ...(call === undefined ? {} : { call }),
    ...(whereabouts === undefined ? {} : { whereabouts }),
    ...(answered_at === undefined ? {} : { answered_at, after_s: Math.max(0, Math.round((Date.parse(answered_at) - Date.parse(view.opened_at)) / 1_000)) }),
  };
}

/** Returns how often the telephone of a call rang, where nobody took it. */
export function ringsOf({ channel, outcome, rang_at, ended_at }: AttemptView): number {
  if (channel !== 'voice' || outcome?.result !== 'no_answer' || rang_at === undefined || ended_at === undefined) return 0;
  return Math.max(0, Math.floor((Date.parse(ended_at) - Date.parse(rang_at)) / RING_MS));
}

/** Tells whether everybody who was asked first let the telephone ring so often before anybody answered. */
function hasRungOut(view: ObligationView, enough: number | undefined): boolean {
  if (enough === undefined) return false;
  const before = ({ ended_at }: AttemptView): boolean => ended_at !== undefined && Date.parse(ended_at) <= Date.parse(view.answered_at ?? '');
  const first = view.asked.filter(({ rung }) => rung === 0);
  return first.length > 0 && first.every(({ person }) =>
    callsOf(view).some((call) => call.person === person.id && before(call) && ringsOf(call) >= enough));
}

/** Returns the ids of tiles, townships with somebody missing first and whoever is missing first in each; by code within. */
export function orderOf(tiles: readonly Tile[]): string[] {
  const worst = new Map<string, number>();
  for (const { group, presence } of tiles) worst.set(group, Math.min(worst.get(group) ?? Infinity, rankOf(presence)));
  const rankOfGroup = ({ group }: Tile): number => worst.get(group) ?? Infinity;
  return [...tiles]
    .sort((a, b) => rankOfGroup(a) - rankOfGroup(b) || a.group.localeCompare(b.group)
      || rankOf(a.presence) - rankOf(b.presence) || a.area.localeCompare(b.area) || a.post.localeCompare(b.post))
    .map(({ id }) => id);
}

/** Returns the townships in the order in which `ids` first name them. */
export function groupsOf(ids: readonly string[], tiles: ReadonlyMap<string, Tile>): Group[] {
  const groups = new Map<string, Group>();
  for (const id of ids) {
    const tile = tiles.get(id);
    if (tile === undefined) continue;
    const group = groups.get(tile.group) ?? { area: tile.group, name: tile.group_name, due: 0, here: 0, tiles: [] };
    groups.set(tile.group, group);
    group.tiles.push(tile);
    group.due += Number(tile.presence !== 'released');
    group.here += Number(tile.presence === 'on_post');
  }
  return [...groups.values()];
}

/** Tells whether townships are named on their own: where each has one post, its tile says the name. */
export function hasHeads(groups: readonly Group[]): boolean {
  return groups.some(({ tiles }) => tiles.length > 1);
}

/** Returns how many places the board has use for on one page. */
export function placesOf(groups: readonly Group[]): number {
  const tiles = groups.reduce((sum, group) => sum + group.tiles.length, 0);
  return tiles + (hasHeads(groups) ? groups.length : 0);
}

/** Returns pages of at most `capacity` places. A township's name never stands alone at the end, and is said again on the next page. */
export function pagesOf(groups: readonly Group[], capacity: number): Cell[][] {
  const isNamed = hasHeads(groups) && capacity > 1;
  const pages: Cell[][] = [];
  let page: Cell[] = [];
  const turn = (): void => {
    if (page.length > 0) pages.push(page);
    page = [];
  };
  for (const group of groups) {
    group.tiles.forEach((tile, index) => {
      if (page.length >= capacity || (isNamed && index === 0 && page.length >= capacity - 1)) turn();
      if (isNamed && (index === 0 || page.length === 0)) page.push({ is: 'head', key: `${group.area} ${pages.length}`, group });
      page.push({ is: 'post', key: tile.id, tile });
    });
  }
  turn();
  return pages;
}

/** Returns the largest size of which so many fit into a box, else the smallest; with how many lie side by side and below one another. */
export function fitted<T extends { width: number; height: number }>(
  sizes: readonly [T, ...T[]], box: { width: number; height: number }, places: number,
): { size: T; columns: number; rows: number } {
  const laid = sizes.map((size) => ({
    size, columns: Math.max(1, Math.floor(box.width / size.width)), rows: Math.max(1, Math.floor(box.height / size.height)),
  }));
  const [first, ...rest] = laid;
  const fitting = laid.find(({ columns, rows }) => columns * rows >= places) ?? rest[rest.length - 1] ?? first;
  if (fitting === undefined) throw new Error('there is at least one size');
  return fitting;
}

export function tallyOf(tiles: Iterable<Tile>): Tally {
  const of: Record<Presence, number> = { absent: 0, declined: 0, elsewhere: 0, no_answer: 0, ringing: 0, late: 0, on_post: 0, released: 0 };
  let all = 0;
  for (const { presence } of tiles) {
    of[presence] += 1;
    all += 1;
  }
  const due = all - of.released;
  return { due, here: of.on_post, missing: due - of.on_post, percent: due === 0 ? 0 : Math.floor((of.on_post / due) * 100), of };
}

/** Tells whether nobody is being called any more. */
export function isSettled({ due, of }: Tally): boolean {
  return due > 0 && of.ringing + of.no_answer === 0;
}

/** Returns where a tile is: after its township where the township is not named above it. */
export function whereOf(tile: Tile, isNamed: boolean, names: ReadonlyMap<string, string>): string {
  return isNamed ? tile.area_name : placeOf(names, tile.area, tile.area_name);
}

/** Tells whether what is in force leaves the wall no room for a roll call. */
export function isGrave(warnings: Iterable<Pick<WarningView, 'status'> & { colour?: Severity }>): boolean {
  return [...warnings].some(({ status, colour }) => status === 'actual' && (colour === 'red' || colour === 'orange'));
}

/** Whoever is called keeps his place among those who do not answer: it changes with every try. */
function rankOf(presence: Presence): number {
  return PRESENCES.indexOf(presence === 'no_answer' ? 'ringing' : presence);
}

function callsOf({ attempts }: ObligationView): AttemptView[] {
  return attempts.filter(({ channel, notice, state }) => channel === 'voice' && !notice && state !== 'dropped');
}

function latest(calls: readonly AttemptView[]): AttemptView | undefined {
  const at = ({ ended_at }: AttemptView): number => Date.parse(ended_at ?? '') || 0;
  return [...calls].sort((a, b) => at(b) - at(a))[0];
}

function whoOf(view: ObligationView, presence: Presence): string[] {
  const name = view.answer?.person?.name ?? view.answer?.name;
  switch (presence) {
    case 'on_post':
    case 'elsewhere':
    case 'late': return name === undefined ? [] : [name];
    case 'declined': return view.asked.filter(({ declined }) => declined).map(({ person }) => person.name);
    case 'ringing':
    case 'no_answer': return beingAsked(view).map((person) => person.name);
    case 'absent':
    case 'released': return peopleAsked(view).map((person) => person.name);
  }
}
