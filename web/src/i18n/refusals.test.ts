import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>('../../../src/positions/check.rs', { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./refusals.ts', { query: '?raw', import: 'default', eager: true }));

it('every reason for which the server refuses a position has words in both languages', () => {
  const codes = [...server.matchAll(/=> "(position\.\w+)"/g)].map((match) => match[1]);
  expect(codes).toContain('position.swapped');
  const known = [...words.matchAll(/'(position\.\w+)': \[/g)].map((match) => match[1]);
  expect(known).toEqual([...codes, ...codes]);
});
