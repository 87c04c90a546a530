import { expect, it } from 'vitest';

import { emptyBoard, event, at, redWarning } from './fixture';
import { isDossierEvent } from './event';
import { reduce, reduceAll } from './reduce';
import { nameOfTeller, worstFirst, type SourceView } from './source';
import { offered, roman, type SuggestionView } from './suggestion';

it('what sources and people make of a warning moves only the sequence: who shows it asks for it', () => {
  const before = reduceAll(emptyBoard(), redWarning());
  const kinds = [
    'warning_witnessed', 'suggestion_decided', 'suggestion_rules_adopted', 'bulletin_drafted', 'bulletin_issued', 'bulletin_refused',
  ];
  for (const kind of kinds) {
    const told = event(9, kind, { id: 'w-1', warning: 'w-1' });
    expect(isDossierEvent(told)).toBe(true);
    expect(reduce(before, told)).toEqual({ ...before, seq: 9, at: at(9) });
  }
  expect(isDossierEvent(event(9, 'warning_ended', { id: 'w-1' }))).toBe(false);
});

it('an empty part of a suggestion is not offered', () => {
  const suggestion: SuggestionView = { rule: 'r', why: '', response: 2, posts: [{ id: 'p', name: '乡镇长' }], teams: [], risk_points: [] };
  expect(offered(suggestion)).toEqual(['response', 'posts']);
  expect([1, 2, 3, 4].map(roman).join('')).toBe('ⅠⅡⅢⅣ');
});

it('the sources to look at come first', () => {
  const source = (name: string, state: SourceView['state']): SourceView =>
    ({ name, state, kind: 'nmc', silent_after_s: 60, accepted: 0, known: 0, elsewhere: 0, refused: 0, faults: [] });
  const listed = worstFirst([source('a', 'heard'), source('b', 'trouble'), source('c', 'silent'), source('d', 'waiting')]);
  expect(listed.map(({ name }) => name).join('')).toBe('cbda');
  expect([nameOfTeller('source:国家预警'), nameOfTeller('gateway')]).toEqual(['国家预警', 'gateway']);
});
