import { expect, it } from 'vitest';

import { at, START } from './fixture';
import type { PositionRefusal } from './protocol';
import { byAge } from './refusal';

it('a refusal is recent for ten minutes, and the latest comes first', () => {
  const rows = [refused('a', -601), refused('b', -600), refused('c', -1), refused('d', -7_200)];
  const { recent, over } = byAge(rows, START);
  expect([recent, over].map((part) => part.map((row) => row.login))).toEqual([['c', 'b'], ['a', 'd']]);
  expect(byAge(rows, START + 600_000).recent).toEqual([]);
});

it('a clock that is behind the server’s calls nothing over', () => {
  expect(byAge([refused('a', 5)], START).recent).toHaveLength(1);
});

function refused(login: string, last_s: number): PositionRefusal {
  return {
    login, source: 'gateway', code: 'position.swapped', message: '', count: 1, first_at: at(last_s), last_at: at(last_s),
    example: { unit: 'v', lon: 35.6, lat: 114.4 },
  };
}
