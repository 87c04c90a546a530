import { expect, it } from 'vitest';
import { at, COUNTY, START, TOWNSHIP, VILLAGE } from './fixture';
import { entries, lightOfTask, lightsOf, nextOpen, roundsOf, units, type ProposalView, type ResponseRow, type ResponseTask, type TallyRow } from './response';

const HOUR_S = 3_600;

it('a task turns yellow in its last quarter, red at its deadline, and stays green once done', () => {
  const own = task('t-1', `${TOWNSHIP}/head`);
  const lights = [0, 0.74, 0.75, 1, 2].map((part) => lightOfTask(own, START + part * HOUR_S * 1_000));
  expect(lights).toEqual(['grey', 'grey', 'yellow', 'red', 'red']);
  expect(lightOfTask({ ...own, stage: 'done' }, START + 9e9)).toBe('green');
  expect(lightOfTask({ ...own, stage: 'withdrawn' }, START + 9e9)).toBe('grey');
});

it('a township has the tasks of its villages, a department those of its duty, and what was taken back counts for nobody', () => {
  const tasks = [
    task('t-1', `${TOWNSHIP}/head`, 'done'), task('t-2', `${VILLAGE}/village_head`), task('t-3', `${COUNTY}/water_bureau`, 'done'),
    task('t-4', `${COUNTY}/standby`, 'withdrawn'), task('t-5', `${TOWNSHIP}/lead_officer`, 'withdrawn'),
  ];
  const seen = units({ tasks, departments: [row({ duty: 'standby' }), row({ duty: 'water_bureau' })], townships: [row({ area: TOWNSHIP })] }, START);
  expect(seen.departments.map(({ id, light, done }) => [id, light, done])).toEqual([['water_bureau', 'green', 1]]);
  const [township] = seen.townships;
  expect(township?.tasks.map(({ id }) => id)).toEqual(['t-1', 't-2']);
  expect([township?.light, township?.done, township?.next]).toEqual(['grey', 1, START + HOUR_S * 1_000]);
  expect(lightsOf([...seen.departments, ...seen.townships])).toEqual({ red: 0, yellow: 0, grey: 1, green: 2 });
  expect(units({ tasks, departments: [], townships: [row({ area: TOWNSHIP })] }, START + HOUR_S * 1_000).townships[0]?.light).toBe('red');
});

it('proposals that wait come first, then what is in force by its level, drills after that, then what is over', () => {
  const list = entries(
    [proposal('p-2', 'waiting'), proposal('p-1', 'refused')],
    [response('l-4', 4), response('l-3', 1, { drill: true }), response('l-2', 2), response('l-1', 1, { open: false })],
  );
  expect(list.map(({ id }) => id)).toEqual(['p-2', 'l-2', 'l-4', 'l-3', 'l-1']);
});

it('a round that is asked for is held where one of its name is on in the scope, drills apart', () => {
  const view = { rounds: ['零报告', '一日三报'], scope: [{ area: TOWNSHIP, name: '' }], drill: false };
  const cadence = { id: 'k-1', zh: '零报告', areas: [COUNTY], drill: false, on: true };
  expect(roundsOf(view, [cadence]).map(({ name, held }) => [name, held?.id])).toEqual([['零报告', 'k-1'], ['一日三报', undefined]]);
  for (const other of [{ drill: true }, { on: false }, { areas: ['990101004000'] }]) {
    expect(roundsOf(view, [{ ...cadence, ...other }])[0]?.held).toBeUndefined();
  }
});

it('after one task comes the next that is open, from the top again', () => {
  const tasks = [task('t-1', 'a/b'), task('t-2', 'a/b', 'done'), task('t-3', 'a/b')];
  expect(nextOpen(tasks, 't-1')?.id).toBe('t-3');
  expect(nextOpen(tasks, 't-3')?.id).toBe('t-1');
  expect(nextOpen(tasks, undefined)?.id).toBe('t-1');
  expect(nextOpen(tasks.slice(0, 2), 't-1')).toBeUndefined();
});

function task(id: string, post: string, stage: ResponseTask['stage'] = 'signed'): ResponseTask {
  return {
    id, area: post.slice(0, 12), area_name: '', post, post_name: '', title: '', text: '', stage, given_at: at(0), due_at: at(HOUR_S),
    late_s: 0, reminders: 0, note: '',
  };
}

const TALLY = { total: 1, signed: 0, done: 0, overdue: 0, late: 0, withdrawn: 0, unanswered: 0, light: 'grey' } as const;

function row(of: Pick<TallyRow, 'area' | 'duty'>): TallyRow {
  return { ...TALLY, name: '', ...of };
}

function response(id: string, level: ResponseRow['level'], change: Partial<ResponseRow> = {}): ResponseRow {
  return { id, plan: 'flood', title: '', level, colour: 'red', drill: false, open: true, scope: [], revision: 1, started_at: at(0), tally: TALLY, ...change };
}

function proposal(id: string, state: ProposalView['state']): ProposalView {
  return { id, plan: 'flood', title: '', level: 4, scope: [], drill: false, prompt: { kind: 'by_hand' }, why: '', at: at(0), by: '', state };
}
