/** Words of the clerk's pages that all of them use. */

import type { ClerkPage } from '../views/admin/clerk.svelte';
import { bilingual } from './language.svelte';

export const adminWords = bilingual(
  {
    title: (county: string) => `${county}管理`,
    desk: '调度台',
    names: { roster: '排班', holidays: '节假日', handover: '交接班', contacts: '通讯核验' } as Record<ClerkPage, string>,
    help: [['H', '按 H 再按数字：切换页面'], ['Esc', '返回'], ['?', '本说明']] as [string, string][],
  },
  {
    title: (county: string) => `${county} administration`,
    desk: 'Dispatch desk',
    names: { roster: 'Roster', holidays: 'Holidays', handover: 'Handover', contacts: 'Telephones' } as Record<ClerkPage, string>,
    help: [['H', 'H, then a number: another page'], ['Esc', 'Back'], ['?', 'This help']] as [string, string][],
  },
);
