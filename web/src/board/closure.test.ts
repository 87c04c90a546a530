import { expect, it, vi } from 'vitest';
import { closingName, isOverdueClosure, type ClosureView } from './closure';

vi.stubGlobal('document', { documentElement: {} });
const { roadWords } = await import('../i18n/roads');

it('what is closed is named by its road or its ground', () => {
  const name = (what: Parameters<typeof closingName>[0]): string => closingName(what, (road) => (road === 'road-1' ? '县道X001' : road), roadWords.zh.closing);
  expect(name({ road: 'road-1' })).toBe('县道X001');
  expect(name({ road: 'other' })).toBe('other');
  expect(name({ within: { circle: { center: [114.44, 35.63], radius_km: 0.5 } } })).toBe('114.4400, 35.6300 周围 0.5 公里');
  expect(name({ within: { polygon: [[0, 0], [1, 0], [1, 1], [0, 0]] } })).toBe('3 边形区域');
});

it('one that should be open by now is pointed at', () => {
  const closure: ClosureView = { id: 'r-1', what: { road: 'road-1' }, area: '', area_name: '', reason: '', by: '', at: '2027-07-20T10:00:00Z', expected_until: '2027-07-20T12:00:00Z' };
  expect(isOverdueClosure(closure, Date.parse('2027-07-20T12:00:01Z'))).toBe(true);
  expect(isOverdueClosure(closure, Date.parse('2027-07-20T11:00:00Z'))).toBe(false);
});
