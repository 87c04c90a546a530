import { expect, it, vi } from 'vitest';

import type { Contact, Standing } from '../../board/contacts';

// The page's board, its words and its clock belong to a page.
vi.stubGlobal('document', { visibilityState: 'visible', documentElement: {}, addEventListener: () => undefined });
vi.mock('../../live.svelte', () => ({ live: { board: undefined, onEvents: () => () => undefined } }));
vi.mock('../../clock.svelte', () => ({ clock: { now: 1, exact: () => 1 } }));
const listed = vi.fn<() => Promise<unknown>>();
vi.mock('../../net/contacts', () => ({ contactsApi: { all: listed } }));
const { contacts } = await import('./contacts.svelte');

function contact(person: string, standing: Standing): Contact {
  return { person, name: person, title: '', post: '990101000000/duty_officer', post_title: '值班员', standing, ways: [] };
}

async function hear(items: Contact[]): Promise<void> {
  listed.mockResolvedValueOnce({ items, total: items.length, verified: 0, unverified: 0, dead: 0, no_telephone: 0, simulated: false });
  await contacts.refresh();
  contacts.settle();
}

const ids = (): string[] => contacts.rows.map(({ person }) => person);

it('nothing moves while somebody is in hand, what stands in a row is news all the same, and R orders it anew', async () => {
  await hear([contact('a', 'unverified'), contact('b', 'unverified'), contact('c', 'verified')]);
  expect(ids()).toEqual(['a', 'b', 'c']);
  contacts.move(1);
  contacts.mark(contacts.hand);

  // One answers, one leaves the roster and one comes: all stay where they are.
  await hear([contact('a', 'verified'), contact('c', 'dead'), contact('d', 'unverified')]);
  expect([ids(), contacts.rows[0]?.standing, contacts.isGone('b'), contacts.isHeld]).toEqual([['a', 'b', 'c', 'd'], 'verified', true, true]);

  contacts.order();
  expect([ids(), contacts.hand, [...contacts.marked], contacts.isHeld]).toEqual([['c', 'd', 'a'], 'a', ['a'], false]);
  // Whoever is listed no more is marked no more.
  contacts.narrow();
  expect([ids(), contacts.hand, contacts.marked.size]).toEqual([['c', 'd'], undefined, 0]);
});
