import { expect, it } from 'vitest';
import { at, COUNTY, TOWNSHIP, VILLAGE } from './fixture';
import type { AttemptView, ObligationView, Whereabouts } from './protocol';
import { fitted, groupsOf, isGrave, isSettled, orderOf, pagesOf, placesOf, presenceOf, ringsOf, tallyOf, tileOf, type Tile } from './roll_call';

const NAMES = new Map([[COUNTY, '示例县'], [TOWNSHIP, '黎阳街道'], [VILLAGE, '东街村']]);

function view(id: string, area: string, change: Partial<ObligationView> = {}): ObligationView {
  return {
    id, callout: 'c-1', subject: '夜间值班抽查', text: '', kind: 'spot_check', severity: 'blue', drill: false,
    area, area_name: NAMES.get(area) ?? area, post: `${area}/duty_officer`, post_title: `${NAMES.get(area) ?? area}值班员`, task: '',
    state: 'ringing', rung: 0, rungs: 1, opened_at: at(0), skipped: [], attempts: [],
    asked: [{ person: { id: 'p', name: '李四', title: '' }, rung: 0, at: at(0), declined: false }], ...change,
  };
}

function call(number: number, change: Partial<AttemptView> = {}): AttemptView {
  return { id: `o.${number}`, person: 'p', channel: 'voice', rung: 0, try: number, notice: false, state: 'queued', repeats: 0, ...change };
}

const answer = (late: boolean): Partial<ObligationView> =>
  ({ state: 'answered', answered_at: at(12.4), answer: { person: { id: 'p', name: '李四' }, via: 'voice', late, note: '' } });
const answerFrom = (whereabouts: Partial<Whereabouts>, late = false): Partial<ObligationView> => ({
  ...answer(late), answer: { person: { id: 'p', name: '李四' }, via: 'app', late, note: '', whereabouts: { at: [114.5, 35.6], accuracy_m: 20, ...whereabouts } },
});
const rungOut = call(1, { state: 'ended', started_at: at(1), ended_at: at(30), outcome: { result: 'no_answer' } });
const ringing = call(2, { state: 'started', started_at: at(60) });

it.each([
  ['nobody was rung yet', view('o', COUNTY, { attempts: [call(1)] }), 'ringing'],
  ['the telephone rings', view('o', COUNTY, { attempts: [call(1, { state: 'started' })] }), 'ringing'],
  ['it rang and nobody came', view('o', COUNTY, { attempts: [rungOut, call(2)] }), 'no_answer'],
  ['it rings again', view('o', COUNTY, { attempts: [rungOut, ringing] }), 'ringing'],
  ['he answered', view('o', COUNTY, answer(false)), 'on_post'],
  ['he answered after his time', view('o', COUNTY, answer(true)), 'late'],
  ['he answered at his post', view('o', COUNTY, answerFrom({ away_m: 12 })), 'on_post'],
  ['he answered far from it', view('o', COUNTY, answerFrom({ away_m: 1_240, elsewhere: true })), 'elsewhere'],
  ['he answered far from it and late', view('o', COUNTY, answerFrom({ away_m: 1_240, elsewhere: true }, true)), 'late'],
  ['nobody answered', view('o', COUNTY, { state: 'unreached' }), 'absent'],
  ['he said no', view('o', COUNTY, { state: 'unreached', asked: [{ person: { id: 'p', name: '李四', title: '' }, rung: 0, at: at(0), declined: true }] }), 'declined'],
  ['it was taken back', view('o', COUNTY, { state: 'withdrawn' }), 'released'],
] as const)('%s', (_what, obligation, presence) => {
  expect(presenceOf(obligation)).toBe(presence);
});

it('whoever answers after the telephone has rung out was not there, where the county counts rings', () => {
  const asked = [{ person: { id: 'p-1', name: '李四', title: '' }, rung: 0, at: at(0), declined: false }];
  const untaken: AttemptView = { ...rungOut, person: 'p-1', outcome: { result: 'no_answer' }, rang_at: at(2), ended_at: at(28) };
  const later = view('o', COUNTY, { ...answer(false), asked, attempts: [untaken], answered_at: at(40) });
  expect([presenceOf(later, 5), presenceOf(later, 6), presenceOf(later)]).toEqual(['late', 'on_post', 'on_post']);
  expect(presenceOf({ ...later, answered_at: at(20) }, 5)).toBe('on_post');
});

it('a tile says who answered how soon, and before that which try it is', () => {
  const here = tileOf(view('o', TOWNSHIP, answer(false)), COUNTY, NAMES);
  expect([here.group_name, here.post, here.who, here.after_s]).toEqual(['黎阳街道', '值班员', ['李四'], 12]);
  const again = tileOf(view('o', VILLAGE, { attempts: [rungOut, ringing] }), COUNTY, NAMES);
  expect([again.group_name, again.call?.try, again.calls, again.who]).toEqual(['黎阳街道', 2, 2, ['李四']]);
});

it('a call rings every five seconds, and its rings count only where nobody took it', () => {
  const rang = { ...rungOut, rang_at: at(0.5) };
  expect(ringsOf(rang)).toBe(5);
  expect(ringsOf({ ...rang, ended_at: at(30.5) })).toBe(6);
  expect(ringsOf({ ...rang, outcome: { result: 'rejected' } })).toBe(0);
  expect(ringsOf(rungOut)).toBe(0);
  expect(tileOf(view('o', VILLAGE, { attempts: [rungOut, rang, ringing] }), COUNTY, NAMES).rings).toBe(5);
});

const tiles = [
  tileOf(view('county', COUNTY, answer(false)), COUNTY, NAMES), tileOf(view('town', TOWNSHIP, answer(false)), COUNTY, NAMES),
  tileOf(view('village', VILLAGE, { state: 'unreached' }), COUNTY, NAMES), tileOf(view('gone', VILLAGE, { state: 'withdrawn' }), COUNTY, NAMES),
];
const byId = new Map(tiles.map((tile) => [tile.id, tile]));

it('whoever is missing comes first, his township before the others', () => {
  expect(orderOf(tiles)).toEqual(['village', 'town', 'gone', 'county']);
  expect(groupsOf(orderOf(tiles), byId).map(({ name, here, due }) => `${name} ${here}/${due}`)).toEqual(['黎阳街道 1/2', '示例县 1/1']);
});

it('whoever is called keeps his place from one try to the next', () => {
  const before = [view('a', TOWNSHIP), view('b', VILLAGE)].map((one) => tileOf(one, COUNTY, NAMES));
  const after = [view('a', TOWNSHIP), view('b', VILLAGE, { attempts: [rungOut] })].map((one) => tileOf(one, COUNTY, NAMES));
  expect(orderOf(after)).toEqual(orderOf(before));
});

it('who is late or elsewhere is missing, who was released is not due, and a hundred per cent are all', () => {
  const late = tileOf(view('late', VILLAGE, answer(true)), COUNTY, NAMES);
  const elsewhere = tileOf(view('elsewhere', VILLAGE, answerFrom({ away_m: 1_240, elsewhere: true })), COUNTY, NAMES);
  const { due, here, missing, percent } = tallyOf([...tiles, late, elsewhere]);
  expect([due, here, missing, percent]).toEqual([5, 2, 3, 40]);
  const almost = Array.from({ length: 500 }, (_, n) => tileOf(view(`${n}`, VILLAGE, n === 0 ? {} : answer(false)), COUNTY, NAMES));
  expect(tallyOf(almost).percent).toBe(99);
  expect(isSettled(tallyOf(almost))).toBe(false);
  expect(isSettled(tallyOf(tiles))).toBe(true);
});

it('a township is named on each of its pages, and never at the end of one', () => {
  const groups = groupsOf(orderOf(tiles), byId);
  expect(placesOf(groups)).toBe(6);
  const said = (capacity: number): string[] => pagesOf(groups, capacity)
    .map((page) => page.map((cell) => (cell.is === 'head' ? cell.group.name : cell.tile.id)).join(' '));
  expect(said(6)).toEqual(['黎阳街道 village town gone 示例县 county']);
  expect(said(5)).toEqual(['黎阳街道 village town gone', '示例县 county']);
  expect(said(3)).toEqual(['黎阳街道 village town', '黎阳街道 gone', '示例县 county']);
  expect(pagesOf([], 5)).toEqual([]);
});

it('where each township has one post no names stand between them', () => {
  const [first, second] = [tiles[0], tiles[1]].filter((tile): tile is Tile => tile !== undefined);
  if (first === undefined || second === undefined) throw new Error('there are two');
  const groups = groupsOf([first.id, second.id], byId);
  expect(pagesOf(groups, 9)[0]?.map(({ is }) => is)).toEqual(['post', 'post']);
});

it('tiles are as large as lets all be seen at once, and else as small as can be read', () => {
  interface Named { name: string; width: number; height: number }
  const sizes: readonly [Named, Named] = [{ name: 'large', width: 20, height: 8 }, { name: 'small', width: 10, height: 3 }];
  const box = { width: 100, height: 40 };
  expect(fitted(sizes, box, 12)).toEqual({ size: sizes[0], columns: 5, rows: 5 });
  expect(fitted(sizes, box, 26)).toEqual({ size: sizes[1], columns: 10, rows: 13 });
  expect(fitted(sizes, box, 500).size.name).toBe('small');
});

it('only what is in force in earnest and red or orange keeps a roll call from the wall', () => {
  expect(isGrave([{ status: 'actual', colour: 'red' }])).toBe(true);
  expect(isGrave([{ status: 'exercise', colour: 'red' }, { status: 'actual', colour: 'yellow' }, { status: 'actual' }])).toBe(false);
});
