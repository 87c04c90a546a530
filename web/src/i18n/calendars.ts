/** Words of calendars that a telephone subscribes to. */

import { alsoRefused } from './errors';
import { bilingual } from './language.svelte';

export const calendarWords = bilingual(
  {
    title: '订阅到手机日历',
    short: '订阅日历',
    what: '手机日历会自动更新您的值班，到点前提醒。',
    whatOfPost: (post: string) => `日历里显示${post}每一班由谁值，自动更新。`,
    secret: '拿到地址的人不用登录就能看到这些值班（看不到电话号码），请勿转发。',
    make: '生成订阅地址',
    making: '正在生成',
    once: '地址只显示这一次：',
    subscribe: '添加到手机日历',
    copy: '复制地址',
    copied: '已复制',
    selected: '已选中，请用系统的「复制」',
    list: '已有的订阅',
    none: '还没有订阅。',
    madeAt: (time: string) => `${time} 生成`,
    readAt: (time: string) => `最近读取 ${time}`,
    unread: '还没有被读取',
    end: '按住停用',
    ended: '停用后原地址立即失效。',
  },
  {
    title: 'Subscribe in a calendar',
    short: 'Calendar',
    what: 'The calendar keeps itself up to date and reminds you before a duty.',
    whatOfPost: (post: string) => `The calendar shows who holds ${post}, and keeps itself up to date.`,
    secret: 'Whoever has the address sees these duties without logging in (no telephone numbers): pass it on to nobody.',
    make: 'Make an address',
    making: 'Making',
    once: 'The address is shown this once:',
    subscribe: 'Add to this calendar',
    copy: 'Copy the address',
    copied: 'Copied',
    selected: 'Selected: copy it by the system\'s own way',
    list: 'Subscriptions there are',
    none: 'None yet.',
    madeAt: (time: string) => `made ${time}`,
    readAt: (time: string) => `last read ${time}`,
    unread: 'never read',
    end: 'Hold to end',
    ended: 'Once ended its address shows nothing.',
  },
);

alsoRefused(bilingual(
  { 'token.not_found': '这个订阅已经停用' },
  { 'token.not_found': 'This subscription has ended' },
));
