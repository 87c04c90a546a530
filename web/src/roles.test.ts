import { expect, it } from 'vitest';

import { destination, mayAnswerForOthers, mayDecide, mayDraft, mayEditRoster, mayOverrideRoster, pageOf } from './roles';

it('each role goes to its face', () => {
  expect((['leader', 'screen', 'commander', 'dispatcher', 'admin', 'gateway'] as const).map(pageOf))
    .toEqual(['/phone', '/screen', '/desk', '/desk', '/admin', undefined]);
});

it('whoever was sent to log in goes back, and only to a page of ours', () => {
  expect(destination('?next=%2Fscreen%3Fscale%3D1.2', 'dispatcher')).toBe('/screen?scale=1.2');
  for (const elsewhere of ['//evil.example', 'https://evil.example/phone', '/phone/../x', 'javascript:alert(1)', '/\\evil']) {
    expect(destination(`?next=${encodeURIComponent(elsewhere)}`, 'leader')).toBe('/phone');
  }
  expect(destination('', 'gateway')).toBeUndefined();
});

it('who words what the public is told is not always who lets it go out', () => {
  const roles = ['commander', 'dispatcher', 'leader', 'screen', 'gateway', 'admin'] as const;
  expect(roles.filter(mayDraft)).toEqual(['commander', 'dispatcher']);
  expect(roles.filter(mayDecide)).toEqual(['commander', 'leader']);
});

it('the desk puts substitutes into the roster, which only the clerk rewrites', () => {
  const roles = ['commander', 'dispatcher', 'leader', 'screen', 'gateway', 'admin'] as const;
  expect(roles.filter(mayOverrideRoster)).toEqual(['commander', 'dispatcher', 'admin']);
  expect(roles.filter(mayEditRoster)).toEqual(['admin']);
  expect(roles.filter(mayAnswerForOthers)).toEqual(['commander', 'dispatcher']);
});
