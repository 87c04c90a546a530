import { expect, it } from 'vitest';

const read = (files: Record<string, string>): string => Object.values(files).join('\n');
const server = read(import.meta.glob<string>('../../../src/domain/verification/contact_test.rs', { query: '?raw', import: 'default', eager: true }));
const words = read(import.meta.glob<string>('./contacts.ts', { query: '?raw', import: 'default', eager: true }));

it('every reason for which a test of telephones is refused has words in both languages', () => {
  const codes = [...server.matchAll(/=> "(contact_test\.\w+)"/g)].map((match) => match[1]);
  expect(codes).toContain('contact_test.nobody');
  const known = [...words.matchAll(/'(contact_test\.\w+)': '/g)].map((match) => match[1]);
  expect(known).toEqual([...codes, ...codes]);
});
