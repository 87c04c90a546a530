/** Words of orders to units and of tasks, as the desk, the wall and the phone say them. */

import type { AssignmentStatus } from '../board/assignment';
import type { Light } from '../board/task';
import { bilingual } from './language.svelte';

export const orderWords = bilingual(
  {
    status: {
      ordered: '已下令', accepted: '已接令', declined: '不能去', en_route: '途中', on_scene: '已到场', done: '已完成', recalled: '已召回', returned: '已归队',
    } as Record<AssignmentStatus, string>,
    light: { red: '超期', yellow: '临期', green: '办结', grey: '进行中' } as Record<Light, string>,
    act: {
      accepted: '接令', en_route: '出发', on_scene: '到场', done: '完成', returned: '归队',
    } as Partial<Record<AssignmentStatus, string>>,
    orders: (n: number) => `我的指令 ${n}`,
    tasks: (n: number) => `我的任务 ${n}`,
    cannot: '不能去',
    why: '不能去的原因',
    reasons: ['人员不齐', '装备故障', '道路不通', '正在执行其他任务'],
    finish: '办结',
    note: '办理结果',
    count: '数量（如转移人数，可不填）',
    sent: (units: number, scene: number) => (units === 0 ? '未派队伍' : `队伍 ${units}，到场 ${scene}`),
    due: (time: string) => `${time} 前完成`,
    overdue: (span: string) => `已超期 ${span}`,
    left: (span: string) => `还剩 ${span}`,
  },
  {
    status: {
      ordered: 'ordered', accepted: 'accepted', declined: 'cannot go', en_route: 'en route', on_scene: 'on scene', done: 'done', recalled: 'recalled',
      returned: 'returned',
    } as Record<AssignmentStatus, string>,
    light: { red: 'overdue', yellow: 'pressing', green: 'done', grey: 'open' } as Record<Light, string>,
    act: {
      accepted: 'Accept', en_route: 'Setting out', on_scene: 'On scene', done: 'Done', returned: 'Back',
    } as Partial<Record<AssignmentStatus, string>>,
    orders: (n: number) => `My orders ${n}`,
    tasks: (n: number) => `My tasks ${n}`,
    cannot: 'Cannot go',
    why: 'Why not?',
    reasons: ['Not enough people', 'Equipment broken', 'Road closed', 'On another mission'],
    finish: 'Done',
    note: 'Outcome',
    count: 'How many (people moved, optional)',
    sent: (units: number, scene: number) => (units === 0 ? 'no units' : `${units} units, ${scene} there`),
    due: (time: string) => `due ${time}`,
    overdue: (span: string) => `overdue by ${span}`,
    left: (span: string) => `${span} left`,
  },
);

