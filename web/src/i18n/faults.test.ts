import { expect, it, vi } from 'vitest';

// Words mark the page with its language as soon as they are there.
vi.stubGlobal('document', { documentElement: {} });
const { evacuationWords } = await import('./evacuation');
const { supplyWords } = await import('./supply');

const server = import.meta.glob<string>('../../../src/domain/{supply,evacuation}/fault.rs', { query: '?raw', import: 'default', eager: true });

function codesOf(subject: string): string[] {
  const [, text = ''] = Object.entries(server).find(([path]) => path.includes(`/${subject}/`)) ?? [];
  return [...new Set([...text.matchAll(/=> "([a-z_]+\.[a-z_]+)"/g)].map((match) => match[1] ?? ''))].sort();
}

it.each([['supply', supplyWords, 'supply.not_free'], ['evacuation', evacuationWords, 'shelter.full']] as const)(
  'every reason for which the server refuses something about %s has words in both languages', (subject, words, one) => {
    const codes = codesOf(subject);
    expect(codes).toContain(one);
    expect(Object.keys(words.zh.errors).sort()).toEqual(codes);
    expect(Object.keys(words.en.errors).sort()).toEqual(codes);
  },
);
