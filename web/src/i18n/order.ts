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
    due: (time: string) => `due ${time}`,
    overdue: (span: string) => `overdue by ${span}`,
    left: (span: string) => `${span} left`,
  },
);

