import { expect, it } from 'vitest';

import { isUntaken, lapsesSoon, mattersOf, signersOf, unsignedFirst, waitingFirst, type Handover, type Matters, type Signature } from './handover';
import type { SwapView } from './swap';

const COUNTY = '990101000000';
const NOTHING: Matters = { callouts: [], incidents: [], tasks: [], reports: [], responses: [], unreached: 0, left_off: 0 };
const [GOES, COMES] = [{ id: 'goes', name: '甲' }, { id: 'comes', name: '乙' }];

function handover(id: string, more: Partial<Handover> = {}): Handover {
  const place = { area: COUNTY, area_name: '示例县', post: `${COUNTY}/duty_officer`, post_title: '示例县值班员', duty: 'duty_officer', duty_name: '值班员' };
  return { id, ...place, at: '2026-12-01T08:00:00+08:00', state: 'unsigned', outgoing: [GOES], incoming: [COMES], ...more };
}

function signed(matters: Partial<Matters> = {}): Signature {
  return { at: '2026-12-01T08:05:00+08:00', by: 'dispatcher', note: '', matters: { ...NOTHING, ...matters } };
}

function swap(id: string, more: Partial<SwapView> = {}): SwapView {
  const turn = { area: COUNTY, area_name: '示例县', post: `${COUNTY}/lead_officer`, post_title: '示例县带班领导', from: '2026-12-05T08:00:00+08:00', to: '2026-12-06T08:00:00+08:00' };
  return { id, stage: 'taken', asker: GOES, taker: COMES, turn, asked: [], reason: '', asked_at: turn.from, lapses_at: turn.from, may_decide: true, may_withdraw: true, ...more };
}

it('what waits for approval stands first, the soonest duty before the others, and what is over not at all', () => {
  const later = swap('later', { turn: { ...swap('').turn, from: '2026-12-09T08:00:00+08:00' } });
  const listed = waitingFirst([swap('asked', { stage: 'asked' }), later, swap('over', { stage: 'approved' }), swap('soon')]);
  expect(listed.map(({ id }) => id)).toEqual(['soon', 'later', 'asked']);
});

it('a swap that lapses within two hours has to be decided now', () => {
  const at = (time: string): boolean => lapsesSoon(swap('s'), Date.parse(`2026-12-05T${time}:00+08:00`));
  expect([at('05:59'), at('06:01')]).toEqual([false, true]);
});

it('my own posts stand before the townships, and what nobody has signed for before what wants the other signature', () => {
  const township = { area: '990101001000', post: '990101001000/duty_officer' };
  const listed = unsignedFirst([
    handover('theirs', township), handover('taken', { taken: signed() }), handover('done', { state: 'signed' }), handover('early', { state: 'early' }), handover('open'),
  ], COUNTY);
  expect(listed.map(({ id }) => id)).toEqual(['open', 'taken', 'early', 'theirs']);
  expect(listed.filter(isUntaken).map(({ id }) => id)).toEqual(['open', 'theirs']);
});

it('whoever signs only for himself is offered his own signature, and the desk everybody’s, its own first', () => {
  const said = (me: string, forOthers: boolean, more: Partial<Handover> = {}): string[] =>
    signersOf(handover('h', more), me, forOthers).map(({ side, person }) => `${side} ${person.id}`);
  expect([said('comes', false), said('comes', true)]).toEqual([['incoming comes'], ['incoming comes', 'outgoing goes']]);
  expect([said('other', false), said('other', true, { taken: signed() }), said('other', true, { state: 'passed' })]).toEqual([[], ['outgoing goes'], []]);
});

it('the record says what was open when whoever came signed', () => {
  const [before, after] = [signed({ unreached: 3 }), signed({ unreached: 1 })];
  expect(mattersOf(handover('h', { handed: before, taken: after }))?.unreached).toBe(1);
  expect(mattersOf(handover('h', { handed: before }))?.unreached).toBe(3);
  expect(mattersOf(handover('h'))).toBeUndefined();
});
