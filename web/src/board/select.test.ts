import { expect, it } from 'vitest';

import type { Board } from './board';
import { at, emptyBoard, opened, redWarning, START, VILLAGE } from './fixture';
import type { CalloutView, ObligationView, Severity, WarningView } from './protocol';
import { reduceAll } from './reduce';
import {
  beingAsked, callouts, demandsOnMe, featured, inForce, latestAttempt, missesBy, runsDry, townships, waiting, waitTier,
} from './select';

it('a wall holds the most severe callout, and turns only while nothing red or orange is open', () => {
  const shown = [callout('c-1', 'yellow', 0), callout('c-2', 'blue', 0)];
  expect(featured(shown, START, 15)?.id).not.toBe(featured(shown, START + 15_000, 15)?.id);
  const grave = [callout('c-3', 'orange', 0), ...shown];
  expect(featured(grave, START, 15)?.id).toBe('c-3');
  expect(featured(grave, START + 15_000, 15)?.id).toBe('c-3');
  expect(featured([], START, 15)).toBeUndefined();
});

it('a drill comes after everything in earnest, however red', () => {
  const board = emptyBoard({ callouts: [
    { ...callout('c-1', 'red', 0), drill: true }, callout('c-2', 'blue', 5), callout('c-3', 'blue', 1),
  ] });
  expect(callouts(board, START).map((one) => one.id)).toEqual(['c-3', 'c-2', 'c-1']);
});

it('warnings in earnest come before drills, the most severe and then the newest first', () => {
  const warning = (id: string, colour: Severity | undefined, status: string, accepted_s: number): object =>
    ({ id, ...(colour === undefined ? {} : { colour }), status, accepted_at: at(accepted_s) });
  const all = [
    warning('w-1', 'red', 'exercise', 1), warning('w-2', undefined, 'actual', 2), warning('w-3', 'orange', 'actual', 3),
    warning('w-4', 'yellow', 'actual', 4), warning('w-5', 'orange', 'actual', 5),
  ] as WarningView[];
  const board = { warnings: new Map(all.map((one) => [one.id, one])) } as unknown as Board;
  expect(inForce(board).map((one) => one.id)).toEqual(['w-5', 'w-3', 'w-4', 'w-2', 'w-1']);
});

it('a callout that has ended is shown for a minute more', () => {
  const ended: CalloutView = { ...callout('c-1', 'red', 0), state: 'closed', closed_at: at(0) };
  const board = emptyBoard({ callouts: [ended] });
  expect(callouts(board, START + 59_000)).toHaveLength(1);
  expect(callouts(board, START + 61_000)).toHaveLength(0);
});

it('townships with unreached come first, then ringing, then done', () => {
  const row = (area: string, ringing: number, unreached: number) =>
    ({ area, name: area, total: 5, answered: 0, ringing, unreached, withdrawn: 0 });
  const rollup = [row('1', 0, 0), row('2', 3, 0), row('3', 0, 1), row('4', 2, 0)];
  expect(townships({ ...callout('c-1', 'red', 0), rollup }).map((one) => one.area)).toEqual(['3', '2', '4', '1']);
});

it('the waiting are the most severe, then the longest, as many as fit', () => {
  const board = reduceAll(emptyBoard(), redWarning());
  const drill = { ...board.open.items.get('o-1'), id: 'o-0', drill: true } as ObligationView;
  const items = new Map([['o-0', drill], ...board.open.items]);
  expect(waiting({ ...board, open: { total: 4, items } }, 9).rows.map((view) => view.id)).toEqual(['o-1', 'o-2', 'o-3', 'o-0']);
  expect(waiting(board, 2).rows.map((view) => view.id)).toEqual(['o-1', 'o-2']);
  expect(waiting(board, 2).more).toBe(1);
  expect(waiting(board, 9).more).toBe(0);
});

it('a cut list that runs low asks to be filled again', () => {
  const board = reduceAll(emptyBoard(), redWarning());
  expect(runsDry(board, 100)).toBe(false);
  expect(runsDry({ ...board, open: { ...board.open, total: 400 } }, 100)).toBe(true);
});

it('a wait is tinted from 30 s, 60 s and 3 min on', () => {
  expect([0, 29_999, 30_000, 60_000, 180_000, 9_000_000].map(waitTier)).toEqual([0, 0, 1, 2, 3, 3]);
});

it('what I must answer is in order of severity, then age', () => {
  const board = reduceAll(emptyBoard(), [
    ...redWarning(), opened(6, 'o-9', `${VILLAGE}/flood_warden`, 'p-lead'),
  ]);
  expect(demandsOnMe(board).map((view) => view.id)).toEqual(['o-1', 'o-9']);
});

it('the rung that rings is its people without those who declined', () => {
  const view = { rung: 1, asked: [asked('a', 0, false), asked('b', 1, true), asked('c', 1, false)] };
  expect(beingAsked(view as ObligationView).map((person) => person.id)).toEqual(['c']);
});

it('a telephone that rings says more than the latest news, and news more than what still waits', () => {
  const ringing = attempt('voice', 'started', { started_at: at(5) });
  const text = attempt('sms', 'started', { started_at: at(20) });
  const missed = attempt('voice', 'ended', { started_at: at(5), ended_at: at(30) });
  const queued = attempt('voice', 'queued');
  expect(latestAttempt({ attempts: [text, ringing, queued] } as ObligationView)).toBe(ringing);
  expect(latestAttempt({ attempts: [missed, text, queued] } as ObligationView)).toBe(missed);
  expect(latestAttempt({ attempts: [queued] } as ObligationView)).toBe(queued);
  expect(latestAttempt({ attempts: [] as unknown } as ObligationView)).toBeUndefined();
});

it('a forecast whose last call begins after its target says by how much', () => {
  const times = { begun_at: at(220), finish_at: at(255), target_at: at(180) };
  const forecast = { queued: 400, calling: 8, lines: 8, simulated: true, ...times };
  expect(missesBy({ ...callout('c-1', 'red', 0), forecast })).toBe(40_000);
  expect(missesBy({ ...callout('c-1', 'red', 0), forecast: { ...forecast, begun_at: at(170) } })).toBeUndefined();
});

function callout(id: string, severity: Severity, opened_s: number): CalloutView {
  return {
    id, kind: 'warning', subject: id, text: '', severity, drill: false, opened_at: at(opened_s), state: 'open', policy: '',
    policy_title: '', areas: [], total: 0, answered: 0, ringing: 0, unreached: 0, withdrawn: 0, rollup: [],
  };
}

function asked(id: string, rung: number, declined: boolean): object {
  return { person: { id, name: id, title: '' }, rung, at: at(0), declined };
}

function attempt(channel: string, state: string, more: object = {}): ObligationView['attempts'][number] {
  return { id: 'o-1.0', person: 'p', channel, rung: 0, try: 1, notice: false, state, repeats: 0, ...more } as ObligationView['attempts'][number];
}
