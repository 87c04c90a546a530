import { expect, it } from 'vitest';

import { changedFields, type IncidentInput } from './incident';
import { blankFields, fieldsOf, inputFrom, pointOf } from './incident_form';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const KNOWN: IncidentInput = {
  kind: '11A04', level: 2, address: '北堤', area: '990101101000', point: [114.44, 35.62], source: { way: 'phone', name: '王' },
  casualties: { dead: 0, trapped: 12 }, course: '决口', cause: '', trend: '', extent: '', loss: '', measures: '', requests: '', leaders: '',
  commander: '', occurred_at: '2026-11-22T09:00:00Z', occurred_about: true, received_at: '2026-11-22T09:10:00Z', sensitive: false,
};

it('a form that nobody has touched changes nothing', () => {
  expect(changedFields(KNOWN, inputFrom(fieldsOf(KNOWN), KNOWN, NOW))).toEqual([]);
});

it('what is taken away is taken away', () => {
  const fields = { ...fieldsOf(KNOWN), level: '' as const, point: '' };
  const sent = inputFrom(fields, KNOWN, NOW);
  expect(sent.level).toBeUndefined();
  expect(sent.point).toBeUndefined();
});

it('nobody dead is not the same as nobody knows', () => {
  const sent = inputFrom({ ...blankFields(), people: { dead: '0', injured: '', missing: ' ', trapped: 'ten' } }, undefined, NOW);
  expect(sent.casualties).toEqual({ dead: 0 });
});

it('a time that was only about so says so, and now is left to the server', () => {
  expect(inputFrom({ ...blankFields(), ago: 15 }, undefined, NOW)).toMatchObject({ occurred_at: '2026-11-22T09:45:00.000Z', occurred_about: true });
  expect(inputFrom(blankFields(), undefined, NOW)).not.toHaveProperty('occurred_at');
});

it.each([
  ['114.44,35.62', [114.44, 35.62]], ['114.44，35.62', [114.44, 35.62]], ['114.44', undefined], ['35,114.4', undefined], ['x, y', undefined], ['', undefined],
])('%s is a place: %s', (text, place) => expect(pointOf(text)).toEqual(place));
