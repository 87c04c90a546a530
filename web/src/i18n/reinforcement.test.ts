import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>('../../../src/domain/reinforcement/step.rs', { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./reinforcement.ts', { query: '?raw', import: 'default', eager: true }));

it('every reason for which more people are not put on duty has words in both languages', () => {
  const codes = [...server.matchAll(/=> "(reinforcement\.\w+)"/g)].map((match) => match[1]);
  expect(codes).toContain('reinforcement.not_wanted');
  const known = [...words.matchAll(/'(reinforcement\.\w+)': '/g)].map((match) => match[1]);
  expect(known).toEqual([...codes, ...codes]);
});
