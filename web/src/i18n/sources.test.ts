import { expect, it, vi } from 'vitest';

// Words mark the page with its language as soon as they are there.
vi.stubGlobal('document', { documentElement: {} });
const { sourceWords } = await import('./sources');

it.each([
  ['met.example cannot be reached: connection refused', '连接不上对方'],
  ['3 of its messages could not be fetched, the first because met.example cannot be reached: timed out', '3 条正文没有取到'],
  ['met.example answers 503', '对方答复错误 503'],
  ['the newest of its list is of 2026-01-01T00:00:00Z: it may have stood still', '列表长时间没有更新，可能已停更'],
  ['something new', 'something new'],
])('says “%s” in words', (text, expected) => {
  expect(sourceWords.zh.trouble(text)).toBe(expected);
});
