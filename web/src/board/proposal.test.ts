import { expect, it } from 'vitest';
import { exchanged, fated, freeOffers, keyOf, linesOf, stillNeeded, tallyFates, toSend, turnedOut, type Posting, type Proposal } from './proposal';

const posting = (incident: string, unit: string, eta_s: number): Posting => ({
  incident, unit, name: `${unit}号`, need: 'boat_rescue:2', contributes: 1, eta_s, distance_m: 1_000, reasons: [],
});
const outcome = { met: 2, unmet: 0, units: 3, mean_eta_s: 300, worst_eta_s: 600 };
const PROPOSAL: Proposal = {
  postings: [posting('i-2', 'c', 60), posting('i-1', 'b', 500), posting('i-1', 'a', 300)], unmet: [], left_bare: [], joint: outcome, greedy: outcome,
};
const LINES = linesOf(PROPOSAL, ['i-1', 'i-2']);

it('lines stand by incident, the soonest there first', () => {
  expect(LINES.map(keyOf)).toEqual(['i-1 a', 'i-1 b', 'i-2 c']);
});

it('one that is taken out is not sent, and can be put back; one that was sent stays sent', () => {
  const out = turnedOut(LINES, 'i-1 b');
  expect(toSend(out).map(keyOf)).toEqual(['i-1 a', 'i-2 c']);
  expect(toSend(turnedOut(out, 'i-1 b'))).toHaveLength(3);
  const sent = fated(LINES, 'i-1 a', { state: 'sent' });
  expect(turnedOut(sent, 'i-1 a')).toEqual(sent);
});

it('another unit takes the place of one, and nobody is planned twice', () => {
  const offers = ['a', 'd'].map((unit) => ({ unit, name: `${unit}号`, need: 'boat_rescue:2', reasons: [], eta_s: 400 }));
  expect(freeOffers(offers, LINES).map((one) => one.unit)).toEqual(['d']);
  expect(freeOffers(offers, turnedOut(LINES, 'i-1 a'))).toHaveLength(2);
  const [, second] = offers;
  if (second === undefined) throw new Error('two are offered');
  const [first] = exchanged(LINES, 'i-1 a', second);
  expect(first).toMatchObject({ incident: 'i-1', unit: 'd', need: 'boat_rescue:2', eta_s: 400, fate: { state: 'planned' } });
  expect(first).not.toHaveProperty('distance_m');
});

it('who could not be sent stays, and is counted', () => {
  const lines = fated(fated(LINES, 'i-1 a', { state: 'sent' }), 'i-1 b', { state: 'failed', why: '已有任务' });
  expect(tallyFates(lines)).toEqual({ sent: 1, failed: 1 });
  expect(toSend(lines).map(keyOf)).toEqual(['i-1 b', 'i-2 c']);
});

it('one that is on its way there already is neither sent again nor changed', () => {
  const lines = linesOf({ ...PROPOSAL, postings: [{ ...posting('i-1', 'a', 300), under_way_to: 'i-1' }, { ...posting('i-1', 'b', 300), under_way_to: 'i-2' }] }, ['i-1']);
  expect(toSend(lines).map(keyOf)).toEqual(['i-1 b']);
  expect(turnedOut(lines, 'i-1 a')).toEqual(lines);
});

it('what units were sent for is needed no more; amounts that are not units stay for a person to say', () => {
  expect(stillNeeded('boat_rescue:2,medical:1', ['boat_rescue'])).toBe('boat_rescue:1,medical:1');
  expect(stillNeeded('boat_rescue:2', ['boat_rescue', 'boat_rescue', 'boat_rescue'])).toBe('');
  expect(stillNeeded('pump:1000', ['pump'])).toBe('pump:1000');
  expect(stillNeeded('', ['pump'])).toBe('');
});
