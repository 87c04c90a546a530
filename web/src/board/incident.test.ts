import { describe, expect, it } from 'vitest';

import { gravestFirst, merge, stagesAfter, type IncidentInput, type IncidentView } from './incident';

const base: IncidentInput = {
  kind: '11A04', address: '北堤', area: '990101101000', source: { way: 'phone' }, casualties: { trapped: 12 }, course: '决口',
};

describe('incidents', () => {
  it('stand by being open, in earnest, grave and old', () => {
    const rows = [
      incident('closed', { open: false, colour: 'red' }), incident('drill', { drill: true, colour: 'red' }), incident('ungraded', {}),
      incident('young', { colour: 'orange', received_at: '2026-11-22T10:05:00Z' }), incident('old', { colour: 'orange' }),
      incident('red', { colour: 'red', received_at: '2026-11-22T11:00:00Z' }),
    ];
    expect(rows.sort(gravestFirst).map((one) => one.id)).toEqual(['red', 'old', 'young', 'ungraded', 'drill', 'closed']);
  });

  it('that are over can only be taken up again', () => {
    expect(stagesAfter('closed')).toEqual(['handling']);
    expect(stagesAfter('received')).not.toContain('received');
  });
});

describe('two people who change one incident', () => {
  it('keep what each wrote where they wrote of different things', () => {
    const { merged, both, theirs } = merge(base, { ...base, trend: '水位上涨' }, { ...base, loss: '农田 200 亩' });
    expect(merged).toEqual({ ...base, trend: '水位上涨', loss: '农田 200 亩' });
    expect([both, theirs]).toEqual([[], ['loss']]);
  });

  it('see mine, and that theirs is another, where both wrote of one thing', () => {
    const { merged, both } = merge(base, { ...base, address: '北堤 3 号闸' }, { ...base, address: '北堤 4 号闸' });
    expect(merged.address).toBe('北堤 3 号闸');
    expect(both).toEqual(['address']);
  });

  it('lose nothing that I took away', () => {
    const { merged, both } = merge({ ...base, level: 2 }, base, { ...base, level: 2, loss: '无' });
    expect(merged.level).toBeUndefined();
    expect(merged.loss).toBe('无');
    expect(both).toEqual([]);
  });
});

function incident(id: string, with_: Partial<IncidentView>): IncidentView {
  return {
    id, title: id, stage: 'received', open: true, drill: false, revision: 1, kind: '11A04', kind_name: '', sensitive: false,
    received_at: '2026-11-22T10:00:00Z', occurred: { at: '2026-11-22T10:00:00Z' }, area: '', area_name: '', address: '', casualties: {},
    units: 0, on_scene: 0, tasks: 0, overdue: 0, changed_at: '', changed_by: '', ...with_,
  };
}
