import { expect, it, vi } from 'vitest';
import { byClock, clockLight, sheetFaults, type HotSpotView } from './hotspot';

vi.stubGlobal('document', { documentElement: {} });
const { faultInWords, hotSpotWords } = await import('../i18n/hotspots');

const NOW = Date.parse('2027-04-05T13:00:00+08:00');
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function spot(id: string, due: number, settled?: number, drill = false): HotSpotView {
  return {
    id, area: '990101001001', area_name: '桐寨村', state: 'open', pixels: 1, due_at: at(due), drill, found_at: at(due - 30), task: 't-1', post: 'p', post_title: '值班岗',
    detections: [], ...(settled === undefined ? {} : { settled: { finding: 'false', at: at(settled), by: 'x', incident: null, late_s: 0 } }),
  };
}

it('the clock turns yellow in its last ten minutes, red when it is over, green once somebody has looked', () => {
  expect([30, 10, 0, -5].map((due) => clockLight(spot('f', due), NOW))).toEqual(['grey', 'yellow', 'red', 'red']);
  expect(clockLight(spot('f', -5, -1), NOW)).toBe('green');
});

it('those that wait come first by their clocks, in earnest before drills; then the latest settled', () => {
  const spots = [spot('old', 0, -20), spot('drill', 1, undefined, true), spot('later', 20), spot('new', 0, -1), spot('soon', 2)];
  expect(spots.sort(byClock).map((one) => one.id)).toEqual(['soon', 'later', 'drill', 'new', 'old']);
});

it('faults of a file are read by row and column, and said in Chinese', () => {
  const { faults, more } = sheetFaults(
    'row 2, column latitude: "九十" is no number; row 3: 2 more cells than headings; check the commas; row 4, column frp: something new; and 7 more; nothing was taken',
  );
  expect(more).toBe(7);
  expect(faults.map(({ row, column }) => [row, column])).toEqual([[2, 'latitude'], [3, ''], [4, 'frp']]);
  expect(faults.map(({ why }) => faultInWords(why, hotSpotWords.zh.reasons))).toEqual(['"九十" 不是数', '比表头多 2 格，请检查逗号', 'something new']);
  expect(sheetFaults('row 1, column latitude: the file is empty; send what FIRMS gives as CSV; nothing was taken').faults).toHaveLength(1);
});
