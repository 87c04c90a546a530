import { expect, it, vi } from 'vitest';
import type { RosterChange } from '../board/roster_change';

// The words know the page's language, which belongs to a page.
vi.stubGlobal('document', { documentElement: {} });
const { describeChange } = await import('./roster_changes');

const ZONE = 'Asia/Shanghai';
const DUTY = { post: '990101000000/duty_officer', post_title: '县应急局值班员', from: '2026-11-24T08:00:00+08:00', to: '2026-11-25T08:00:00+08:00' };

function told(kind: string, more: Partial<RosterChange> = {}): RosterChange {
  return {
    seq: 1, at: '2026-11-23T08:12:00+08:00', login: 'dispatcher', name: '王芳', kind, area: '990101000000', area_name: '示例县',
    people: [{ id: 'p', name: '李四' }], ...more,
  };
}

it.each([
  [told('override_added', { ...DUTY, reason: '代班' }), '把 县应急局值班员 11月24日 周二 08:00–次日 08:00 的班换成 李四：代班'],
  [told('override_added', { ...DUTY, people: [], undone: true }), '把 县应急局值班员 11月24日 周二 08:00–次日 08:00 的班换成 无人（后已撤销）'],
  [told('override_removed', DUTY), '取消 县应急局值班员 11月24日 周二 08:00–次日 08:00 的代班'],
  [told('duty_table_set', { ...DUTY, from: '2026-12-01T08:00:00+08:00', to: '2027-01-01T00:00:00+08:00', lines: 31, import: '12月.xlsx' }), '导入「12月.xlsx」，改 县应急局值班员 2026年12月1日至12月31日 的值班表，31 班'],
  [told('duty_table_set', { ...DUTY, lines: 1 }), '改 县应急局值班员 2026年11月24日至11月25日 的值班表，1 班'],
  [told('leave_taken', { from: DUTY.from, to: '2026-11-27T00:00:00+08:00', reason: '病假' }), '登记 李四 请假 11月24日 周二 08:00–11月27日 周五 00:00：病假'],
  [told('post_saved', { ...DUTY, people: [] }), '修改岗位 县应急局值班员'],
  [told('calendar_adopted', { people: [] }), '录入节假日安排'],
  [told('something_new', { people: [] }), '其他变更（something_new） 示例县'],
])('a change in one line: %#', (change, line) => {
  expect(describeChange(change, ZONE, 'zh')).toBe(line);
});

it('the same in English', () => {
  expect(describeChange(told('override_added', { ...DUTY, reason: 'ill' }), ZONE, 'en'))
    .toBe('gave the duty of 县应急局值班员 Tue 24 Nov 08:00–08:00 the next day to 李四: ill');
});
