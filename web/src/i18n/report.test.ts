import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>('../../../src/domain/{report,round}/step.rs', { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./{report,round}.ts', { query: '?raw', import: 'default', eager: true }));

it.each(['report', 'round', 'cadence'])('every reason for which a %s is refused has words in both languages', (subject) => {
  const codes = [...server.matchAll(new RegExp(`=> "(${subject}\\.\\w+)"`, 'g'))].map((match) => match[1]);
  expect(codes.length).toBeGreaterThan(2);
  const known = [...words.matchAll(new RegExp(`'(${subject}\\.\\w+)': '`, 'g'))].map((match) => match[1]);
  expect([...known].sort()).toEqual([...codes, ...codes].sort());
});
