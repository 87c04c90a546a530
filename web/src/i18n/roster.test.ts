import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>(['../../../src/domain/rejection.rs', '../../../src/domain/leave.rs'], { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./{roster,holidays}.ts', { query: '?raw', import: 'default', eager: true }));

it('every reason for which the server refuses a change of the roster has words in both languages', () => {
  const codes = new Set([...server.matchAll(/"((?:roster|leave|override)\.\w+)"/g)].map((match) => match[1] ?? ''));
  expect([...codes]).toContain('roster.changed_since');
  const missing = [...codes].filter((code) => [...words.matchAll(new RegExp(`'${code}':`, 'g'))].length !== 2);
  expect(missing).toEqual([]);
});
