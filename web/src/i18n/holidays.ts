/** Words of the page of holidays. */

import type { Mark } from '../board/holidays';
import type { DayType } from '../board/roster';
import { alsoRefused } from './errors';
import { bilingual } from './language.svelte';

export const holidayWords = bilingual(
  {
    title: '节假日',
    years: '年份',
    year: (year: number) => `${year}年`,
    month: (month: number) => `${month}月`,
    weekdays: ['一', '二', '三', '四', '五', '六', '日'],
    notEntered: '未录入',
    notEnteredLong: (year: number) => `${year}年节假日安排还没有录入，排班按星期推算。请按国务院办公厅通知录入后保存。`,
    entered: (off: number, worked: number, special: number) => `休 ${off} 天，班 ${worked} 天，特 ${special} 天`,
    howTo: '方向键选日期，Enter 或点击依次换：休、班（仅周末）、特、平常。也可直接按 1 休、2 班、3 特。',
    readOnly: '由管理员录入，这里只能查看。',
    mark: { off: '休', worked: '班', special: '特' } as Record<Mark, string>,
    meaning: { off: '法定节假日（含连休的周末）', worked: '调休上班', special: '特殊时期（会议、考试、汛期值守等，本县自定）' } as Record<Mark, string>,
    dayType: { workday: '工作日', weekend: '周末', holiday: '休', makeup_workday: '班', special: '特', every: '' } as Record<DayType, string>,
    earlier: '上一年',
    later: '下一年',
    dayBefore: '前一天',
    dayAfter: '后一天',
    undo: '撤一步',
    discard: '全部还原',
    save: '保存',
    saved: (time: string) => `${time} 已保存，排班已按新的节假日计算`,
    unsaved: (n: number) => `改了 ${n} 步，还没有保存`,
    changedMeanwhile: '有人刚才改了这一年。保存会覆盖他的内容；还原可以看到。',
    day: (month: number, day: number, weekday: string, what: string) => `${month}月${day}日 周${weekday} ${what}`,
    both: (special: string, else_: string) => `${special}，${else_}`,
    fields: { year: '年份', off: '休', worked: '班', special: '特' } as Record<string, string>,
  },
  {
    title: 'Holidays',
    years: 'Years',
    year: (year: number) => `${year}`,
    month: (month: number) => ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][month - 1] ?? `${month}`,
    weekdays: ['M', 'T', 'W', 'T', 'F', 'S', 'S'],
    notEntered: 'not entered',
    notEnteredLong: (year: number) => `The holidays of ${year} have not been entered; the roster guesses by weekday. Enter the State Council's notice and save it.`,
    entered: (off: number, worked: number, special: number) => `${off} off, ${worked} worked, ${special} special`,
    howTo: 'Arrows choose a day; Enter or a click turns it: off, worked (weekends), special, plain. 1, 2 and 3 say so at once.',
    readOnly: 'The administrator enters these; they can only be read here.',
    mark: { off: 'off', worked: 'work', special: 'spec' } as Record<Mark, string>,
    meaning: { off: 'public holiday, its weekends included', worked: 'worked to make up for one', special: 'special time of the county’s own' } as Record<Mark, string>,
    dayType: { workday: 'workday', weekend: 'weekend', holiday: 'off', makeup_workday: 'work', special: 'spec', every: '' } as Record<DayType, string>,
    earlier: 'Year before',
    later: 'Year after',
    dayBefore: 'Day before',
    dayAfter: 'Day after',
    undo: 'Undo',
    discard: 'Undo all',
    save: 'Save',
    saved: (time: string) => `saved ${time}; the roster goes by it`,
    unsaved: (n: number) => `${n} changes, not saved`,
    changedMeanwhile: 'Somebody has just changed this year. Saving puts yours in its place; undo all shows theirs.',
    day: (month: number, day: number, weekday: string, what: string) => `${weekday} ${day}/${month} ${what}`,
    both: (special: string, else_: string) => `${special}, ${else_}`,
    fields: { year: 'Year', off: 'off', worked: 'worked', special: 'special' } as Record<string, string>,
  },
);

/** What the server refuses of a year, and what to do then. */
export const holidayRefusals = alsoRefused(bilingual(
  { 'roster.year': '有一天填得不对：同一天不能既休又班，“班”只能是周末', 'holidays.not_entered': '这一年还没有录入' },
  { 'roster.year': 'A day is wrong: it cannot be both off and worked, and only a weekend is marked as worked', 'holidays.not_entered': 'This year has not been entered' },
));
