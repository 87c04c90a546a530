import { expect, it, vi } from 'vitest';

// Words mark the page with its language as soon as they are there.
vi.stubGlobal('document', { documentElement: {} });
const { dossierWords } = await import('./dossier');

it('says plainly in what two sources differ', () => {
  const { differs } = dossierWords.zh;
  const when = (at: string): string => at.slice(11, 16);
  expect(differs({ what: 'colour', first: 'orange', also: 'red' }, when)).toBe('颜色：先收到橙色，后收到红色');
  expect(differs({ what: 'colour', first: 'orange', also: null }, when)).toBe('颜色：先收到橙色，后收到未标颜色');
  expect(differs({ what: 'kind', first: 'alert', also: 'cancel' }, when)).toBe('类型：先收到发布，后收到解除');
  expect(differs({ what: 'hazard', first: '暴雨', also: '山洪' }, when)).toBe('灾种：先收到暴雨，后收到山洪');
  expect(differs({ what: 'expires', first: null, also: '2026-07-21T21:00:00+08:00' }, when)).toBe('有效期：先收到未注明，后收到至 21:00');
  expect(differs({ what: 'area' }, when)).toBe('地区不一致');
});
