import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>('../../../src/domain/{closure,hotspot/fault,capability/need,assignment/order}.rs', { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./{units,hotspots,proposal}.ts', { query: '?raw', import: 'default', eager: true }));

it.each([['closure', 2], ['hot_spot', 6], ['need', 5], ['readiness', 1]])('every reason for which a %s is refused has words in both languages', (subject, least) => {
  const codes = [...new Set([...server.matchAll(new RegExp(`=> "(${subject}\\.\\w+)"`, 'g'))].map((match) => match[1]))];
  expect(codes.length).toBeGreaterThan(least);
  const known = [...words.matchAll(new RegExp(`'(${subject}\\.\\w+)': '`, 'g'))].map((match) => match[1]);
  // That a file has faults the server's edge says, beside what the rules refuse.
  expect(known.filter((code) => code !== 'hot_spot.sheet').sort()).toEqual([...codes, ...codes].sort());
});
