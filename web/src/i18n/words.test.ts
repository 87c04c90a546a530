// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FILES = ['shared', 'screen', 'phone', 'desk', 'login'];

for (const file of FILES) {
  const lines = readFileSync(new URL(`./${file}.ts`, import.meta.url), 'utf8').split('\n');

  it(`${file}: Chinese text has Chinese punctuation`, () => {
    const wrong = lines.filter((line) => !/^\s*(\*|\/\*|\/\/)/.test(line) && /[\u4e00-\u9fff][,:;?!()]|[,:;?!(][\u4e00-\u9fff]/.test(line));
    expect(wrong).toEqual([]);
  });
}
