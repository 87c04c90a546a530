import { expect, it, vi } from 'vitest';

// The page's words belong to a page.
vi.stubGlobal('document', { documentElement: {} });
const { describeWay } = await import('./contact_ways');
const { contactWords } = await import('./contacts');

const TODAY = '2026-11-23';

it.each([
  ['never', {}, '从未应答', ''],
  ['late last night', { works_at: '2026-11-22T23:50:00+08:00' }, '昨天应答', '11月22日'],
  ['long ago, with its year', { works_at: '2025-11-20T09:00:00+08:00' }, '368 天前应答', '2025年11月20日'],
  ['no such number', { dead_at: '2026-11-23T08:00:00+08:00' }, '空号，今天查出', ''],
  ['no such number any more', { works_at: '2026-11-20T08:00:00+08:00', dead_at: '2026-11-23T08:00:00+08:00' }, '空号，今天查出', '3 天前还应答过'],
])('%s', (_when, way, text, more) => {
  expect(describeWay({ channel: 'voice', ...way }, TODAY, 'Asia/Shanghai', 'zh', contactWords.zh)).toEqual({ text, more });
});
