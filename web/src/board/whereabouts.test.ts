import { expect, it } from 'vitest';
import { found, hereNow, missed, rounded } from './whereabouts';

const ROOM = { longitude: 114.5, latitude: 35.6, accuracy: 19.6 };
const HERE = { lon: 114.5, lat: 35.6, accuracy_m: 19.6 };

it('a place goes along for a minute, and an older one with nobody', () => {
  const finding = found(ROOM, 1_000);
  expect(hereNow(finding, 1_000)).toEqual(HERE);
  expect(hereNow(finding, 61_000)).toEqual(HERE);
  expect(hereNow(finding, 61_001)).toBeUndefined();
  expect(hereNow({}, 1_000)).toBeUndefined();
});

it('where no signal comes the place last found stands until it is old', () => {
  const finding = missed(found(ROOM, 1_000), 3);
  expect(finding.hindrance).toBe('silent');
  expect(hereNow(finding, 20_000)).toEqual(HERE);
  expect(missed({}, 2)).toEqual({ hindrance: 'silent' });
});

it('who takes his leave back is nowhere at once', () => {
  expect(missed(found(ROOM, 1_000), 1)).toEqual({ hindrance: 'refused' });
});

it.each([{ accuracy: Infinity }, { accuracy: NaN }, { accuracy: -1 }, { latitude: 91 }, { longitude: NaN }])('nonsense goes along with no answer: %o', (wrong) => {
  expect(found({ ...ROOM, ...wrong }, 1_000)).toEqual({ hindrance: 'silent' });
});

it.each([[19.6, '20', 'm'], [999.4, '999', 'm'], [999.5, '1.0', 'km'], [1_240, '1.2', 'km']] as const)('%d m are said as %s %s', (metres, count, unit) => {
  expect(rounded(metres)).toEqual({ count, unit });
});
