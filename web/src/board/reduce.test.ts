import { describe, expect, it } from 'vitest';

import { isOpen, withMine } from './board';
import { at, answered, counts, COUNTY, emptyBoard, event, opened, redWarning, step, TOWNSHIP, VILLAGE } from './fixture';
import type { ObligationView } from './protocol';
import { OPEN_CAPACITY, reduce, reduceAll } from './reduce';

const villagePost = `${VILLAGE}/secretary`;
const leadPost = `${COUNTY}/lead_officer`;

describe('a red warning', () => {
  it('opens a callout that counts every post and rolls it up by township', () => {
    const board = reduceAll(emptyBoard(), redWarning());
    const callout = board.callouts.get('c-1');
    expect(counts(callout)).toBe('0/3 ringing 3 unreached 0 withdrawn 0');
    expect(callout?.rollup.map((row) => [row.name, row.total])).toEqual([['示例县', 1], ['黎阳街道', 2]]);
    expect(board.warnings.get('w-1')?.callout).toBe('c-1');
    expect([...board.open.items.keys()]).toEqual(['o-1', 'o-2', 'o-3']);
    expect([...board.mine.keys()]).toEqual(['o-1']);
  });

  it('is the same board whether it comes in one batch or event by event', () => {
    const events = [...redWarning(), answered(6, 'o-1', leadPost, 'ringing', 'p-lead')];
    expect(events.reduce(reduce, emptyBoard())).toEqual(reduceAll(emptyBoard(), events));
  });

  it('leaves the board it started from as it was', () => {
    const before = emptyBoard();
    reduceAll(before, redWarning());
    expect(before).toEqual(emptyBoard());
  });
});

describe('an event', () => {
  it('that was seen changes nothing', () => {
    const board = reduceAll(emptyBoard(), redWarning());
    expect(reduceAll(board, redWarning())).toBe(board);
  });

  it('of a kind from a newer server moves only the sequence', () => {
    const board = reduce(emptyBoard(), event(9, 'comet_sighted', { id: 'x' }));
    expect(board).toEqual({ ...emptyBoard(), seq: 9, at: at(9) });
  });

  it.each(['incident_received', 'unit_assigned', 'assignment_stalled', 'task_done'])('of incidents (%s) leaves the board as it is', (kind) => {
    const board = reduce(emptyBoard(), event(9, kind, { id: 'i-1' }));
    expect(board).toEqual({ ...emptyBoard(), seq: 9, at: at(9) });
  });

  it('about the roster asks for the duty list anew', () => {
    expect(reduce(emptyBoard(), event(1, 'override_added', {})).dutyChanges).toBe(1);
  });
});

describe('an answer', () => {
  it('moves the counts up the tree, leaves the waiting, and drops the calls not yet made', () => {
    const board = reduceAll(emptyBoard(), [...redWarning(), answered(6, 'o-1', leadPost, 'ringing', 'p-lead')]);
    const callout = board.callouts.get('c-1');
    expect(counts(callout)).toBe('1/3 ringing 2 unreached 0 withdrawn 0');
    expect(callout?.rollup[0]).toMatchObject({ area: COUNTY, answered: 1, ringing: 0 });
    expect(board.open.total).toBe(2);
    expect(board.open.items.has('o-1')).toBe(false);
    const mine = board.mine.get('o-1');
    expect(mine).toMatchObject({ state: 'answered', answered_at: at(6), answer: { person: { name: 'p-lead 的姓名' } } });
    expect(mine?.attempts[0]?.state).toBe('dropped');
    expect(mine).not.toHaveProperty('due_at');
  });

  it('keeps where somebody was who gave it', () => {
    const whereabouts = { at: [114.5, 35.6], accuracy_m: 20, away_m: 1_240, elsewhere: true };
    const answer = { person: 'p-lead', via: 'app', late: false, whereabouts };
    const board = reduceAll(emptyBoard(), [
      ...redWarning(), event(6, 'obligation_answered', { id: 'o-1', callout: 'c-1', post: leadPost, was: 'ringing', answer }),
    ]);
    expect(board.mine.get('o-1')?.answer?.whereabouts).toEqual(whereabouts);
  });

  it('that comes late moves from unreached, and one that comes again moves nothing', () => {
    const board = reduceAll(emptyBoard(), [
      ...redWarning(),
      unreached(6, 'ringing'),
      answered(7, 'o-3', villagePost, 'unreached', 'p-village'),
      answered(8, 'o-3', villagePost, 'answered', 'p-village'),
    ]);
    expect(counts(board.callouts.get('c-1'))).toBe('1/3 ringing 2 unreached 0 withdrawn 0');
    expect(board.open.total).toBe(2);
  });

  it('that is taken back puts the obligation among the waiting again', () => {
    const board = reduceAll(emptyBoard(), [
      ...redWarning(),
      answered(6, 'o-3', villagePost, 'ringing', 'p-village'),
      event(7, 'obligation_escalated', {
        id: 'o-3', callout: 'c-1', post: villagePost, was: 'answered', from: 0, reason: 'declined', step: step(1, 'p-town', 1),
      }),
    ]);
    expect(counts(board.callouts.get('c-1'))).toBe('0/3 ringing 3 unreached 0 withdrawn 0');
    expect(board.open.items.get('o-3')).toMatchObject({ state: 'ringing', rung: 1, area_name: '东街村' });
    expect(board.open.total).toBe(3);
  });
});

describe('a ladder', () => {
  it('asks the next rung, gives up second tries of the one before, and keeps what was learnt', () => {
    const board = reduceAll(emptyBoard(), [
      ...redWarning(),
      event(6, 'attempt_started', { id: 'o-3.0', callout: 'c-1', person: 'p-village', channel: 'voice' }),
      event(7, 'attempt_recorded', {
        id: 'o-3.0', callout: 'c-1', person: 'p-village', channel: 'voice', outcome: { result: 'no_answer' },
        retry: { number: 1, person: 'p-village', channel: 'voice', ordinal: 1 },
      }),
      event(8, 'obligation_escalated', {
        id: 'o-3', callout: 'c-1', post: villagePost, was: 'ringing', from: 0, reason: 'timeout', step: step(1, 'p-lead', 2),
      }),
    ]);
    const view = board.open.items.get('o-3');
    expect(view?.attempts.map((attempt) => `${attempt.id} ${attempt.state} ${attempt.try}`))
      .toEqual(['o-3.0 ended 1', 'o-3.1 dropped 2', 'o-3.2 queued 1']);
    expect(view?.attempts[0]).toMatchObject({ started_at: at(6), ended_at: at(7), outcome: { result: 'no_answer' } });
    expect(view?.asked.map((asked) => asked.rung)).toEqual([0, 1]);
    // Now it rings me as well.
    expect(board.mine.has('o-3')).toBe(true);
  });

  it('keeps a telephone call under way until it ends, and an SMS until it is sent', () => {
    const delivered = event(7, 'attempt_recorded', {
      id: 'o-3.0', callout: 'c-1', person: 'p-village', channel: 'voice', outcome: { result: 'delivered' },
    });
    const started = event(6, 'attempt_started', { id: 'o-3.0', callout: 'c-1', person: 'p-village', channel: 'voice' });
    const board = reduceAll(emptyBoard(), [...redWarning(), started, delivered]);
    expect(board.open.items.get('o-3')?.attempts[0]).toMatchObject({ state: 'started', rang_at: at(7) });
    // After a crash it may ring anew: what rang before counts no more.
    const repeated = event(8, 'attempt_repeated', { id: 'o-3.0', callout: 'c-1', person: 'p-village', channel: 'voice' });
    expect(reduce(board, repeated).open.items.get('o-3')?.attempts[0]).not.toHaveProperty('rang_at');
  });

  it('that runs out hands the post to a named human, and on to the next', () => {
    const board = reduceAll(emptyBoard(), [
      ...redWarning(),
      unreached(6, 'ringing'),
      event(7, 'obligation_handed_on', { id: 'o-3', callout: 'c-1', post: villagePost, handed: { to: 'p-lead', by: at(900) } }),
    ]);
    expect(counts(board.callouts.get('c-1'))).toBe('0/3 ringing 2 unreached 1 withdrawn 0');
    expect(board.open.items.get('o-3')).toMatchObject({
      state: 'unreached', handed_to: { person: { id: 'p-lead', name: 'p-lead 的姓名' }, by: at(900) },
    });
  });
});

describe('what is mine', () => {
  it('leaves me when I decline or my shift ends', () => {
    const declined = event(6, 'obligation_declined', { id: 'o-1', callout: 'c-1', post: leadPost, person: 'p-lead' });
    expect(reduceAll(emptyBoard(), [...redWarning(), declined]).mine.size).toBe(0);
    const moved = event(6, 'obligation_moved', {
      id: 'o-1', callout: 'c-1', post: leadPost, gone: ['p-lead'], step: step(0, 'p-next', 1),
    });
    expect(reduceAll(emptyBoard(), [...redWarning(), moved]).mine.size).toBe(0);
  });

  it('shows an errand with whose door it is about', () => {
    const errand = opened(7, 'o-4', leadPost, 'p-lead', { about: 'o-3', task: '上门' });
    const board = reduceAll(emptyBoard(), [...redWarning(), unreached(6, 'ringing'), errand]);
    expect(board.mine.get('o-4')?.about).toMatchObject({
      obligation: 'o-3', area_name: '东街村', people: [{ id: 'p-village' }],
    });
  });

  it('keeps the fuller view that a call brought before the event came', () => {
    const before = reduceAll(emptyBoard(), redWarning().slice(0, 2));
    const full = { ...reduceAll(before, redWarning()).mine.get('o-1'), rungs: 3 } as ObligationView;
    expect(reduceAll(withMine(before, [full]), redWarning()).mine.get('o-1')?.rungs).toBe(3);
  });

  it('that was settled here is not reopened by an older view of it', () => {
    const open = reduceAll(emptyBoard(), redWarning());
    const older = [...open.mine.values()];
    const settled = reduce(open, answered(6, 'o-1', leadPost, 'ringing', 'p-lead'));
    expect([...withMine(settled, older).mine.values()].filter(isOpen)).toEqual([]);
  });
});

describe('a callout', () => {
  it('that is withdrawn releases everybody, and says so of each', () => {
    const withdrawn = ['o-1', 'o-2', 'o-3'].map((id, index) => event(6 + index, 'obligation_withdrawn', {
      id, callout: 'c-1', post: [leadPost, `${TOWNSHIP}/duty_officer`, villagePost][index], was: 'ringing', reason: 'by_hand',
      notices: [{ number: 1, person: 'p-lead', channel: 'sms', notice: true }],
    }));
    const closed = event(9, 'callout_closed', { id: 'c-1', reason: 'by_hand' });
    const board = reduceAll(emptyBoard(), [...redWarning(), ...withdrawn, closed]);
    expect(counts(board.callouts.get('c-1'))).toBe('0/3 ringing 0 unreached 0 withdrawn 3');
    expect(board.callouts.get('c-1')).toMatchObject({ state: 'closed', closed_at: at(9) });
    expect(board.open).toMatchObject({ total: 0 });
    expect(board.mine.get('o-1')).toMatchObject({ state: 'withdrawn', withdrawn: 'by_hand' });
    expect(board.mine.get('o-1')?.attempts.map((attempt) => attempt.state)).toEqual(['dropped', 'queued']);
  });

  it('that an upgrade revises says its new colour wherever it is shown', () => {
    const revised = event(6, 'callout_revised', {
      id: 'c-1', warning: 'w-2', change: 'upgraded', subject: '暴雨红色预警(升级)', text: '立即', severity: 'orange',
      extent: { whole: [TOWNSHIP], partly: [COUNTY] }, policy: 'red',
    });
    const board = reduceAll(emptyBoard(), [...redWarning(), revised]);
    expect(board.callouts.get('c-1')).toMatchObject({ severity: 'orange', areas: [TOWNSHIP, COUNTY], warning: 'w-2' });
    expect(board.open.items.get('o-2')).toMatchObject({ severity: 'orange', subject: '暴雨红色预警(升级)' });
    expect(board.mine.get('o-1')?.severity).toBe('orange');
  });

  it('whose township has its quorum shows it as manned', () => {
    const board = reduceAll(emptyBoard(), [...redWarning(), event(6, 'quorum_met', { callout: 'c-1', area: TOWNSHIP })]);
    expect(board.callouts.get('c-1')?.rollup.map((row) => row.manned)).toEqual([undefined, true]);
  });
});

it('a list of the waiting that is full counts what it cannot hold', () => {
  const many = Array.from({ length: OPEN_CAPACITY + 5 }, (_, index) =>
    opened(10 + index, `o-${10 + index}`, villagePost, 'p-village'));
  const board = reduceAll(emptyBoard(), [...redWarning().slice(0, 2), ...many]);
  expect(board.open.items.size).toBe(OPEN_CAPACITY);
  expect(board.open.total).toBe(OPEN_CAPACITY + 5);
});

function unreached(seq: number, was: string): ReturnType<typeof event> {
  return event(seq, 'obligation_unreached', {
    id: 'o-3', callout: 'c-1', post: villagePost, was, reason: 'timeout', handed: { to: 'p-town', by: at(600) },
  });
}
