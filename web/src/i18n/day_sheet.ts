/** Words of the sheet of one day's duty. */

import { bilingual } from './language.svelte';

export const daySheetWords = bilingual(
  {
    name: '日值班表',
    title: (area: string) => `${area}应急值班表`,
    day: (date: string, weekday: string, type: string) => `${date} ${weekday}${type === '' ? '' : `（${type}）`}`,
    guessed: '节假日未录入，按星期推算',
    before: '前一天',
    after: '后一天',
    print: '打印',
    callSheet: '电话叫应单',
    columns: { post: '岗位', hours: '时间', who: '姓名', title: '职务', phone: '电话' },
    allDay: '全天',
    nobody: '无人值班',
    noPhone: '未登记',
    standIn: '代班',
    area: '地区',
    none: '这里没有岗位',
    printed: (when: string, who: string) => `${when} 由 ${who} 打印`,
    signs: ['带班领导签字', '值班员签字'],
  },
  {
    name: 'Day sheet',
    title: (area: string) => `${area}: emergency duty`,
    day: (date: string, weekday: string, type: string) => `${weekday} ${date}${type === '' ? '' : ` (${type})`}`,
    guessed: 'holidays are not entered, guessed by weekday',
    before: 'The day before',
    after: 'The day after',
    print: 'Print',
    callSheet: 'Call sheet by telephone',
    columns: { post: 'Post', hours: 'Hours', who: 'Name', title: 'Title', phone: 'Telephone' },
    allDay: 'always',
    nobody: 'nobody on duty',
    noPhone: 'none',
    standIn: 'substitute',
    area: 'Area',
    none: 'There are no posts here',
    printed: (when: string, who: string) => `Printed ${when} by ${who}`,
    signs: ['Leader on duty', 'Officer on duty'],
  },
);
