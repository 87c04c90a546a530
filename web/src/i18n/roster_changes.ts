/** Words of who changed what of the roster: one line each. */

import { dateAt } from '../board/local';
import { isKnown, type ChangeKind, type RosterChange } from '../board/roster_change';
import { bilingual, type Bilingual, type Language } from './language.svelte';
import { daySpan } from './roster_time';
import { turnTime } from './turn_time';

/** What a line is made of; empty where the change does not say. */
interface Parts {
  /** 县应急局值班员 */
  where: string;
  /** 11月24日 周二 08:00–次日 08:00 */
  when: string;
  people: string;
  lines: number | undefined;
  file: string | undefined;
}

interface Words {
  title: string;
  key: string;
  post: string;
  allPosts: string;
  first: string;
  last: string;
  clear: string;
  columns: { at: string; who: string; what: string };
  none: string;
  noneHere: string;
  more: string;
  noMore: string;
  count: (n: number) => string;
  print: string;
  printed: (time: string) => string;
  paper: (area: string) => string;
  who: (name: string | undefined, login: string) => string;
  nextDay: (time: string) => string;
  until: (from: string, to: string) => string;
  days: (first: string, last: string) => string;
  deeds: Record<ChangeKind, (parts: Parts) => string>;
  other: (kind: string, parts: Parts) => string;
  because: (line: string, reason: string) => string;
  undone: (line: string) => string;
}

export const changeWords: Bilingual<Words> = bilingual<Words>(
  {
    title: '变更记录',
    key: '变更记录',
    post: '岗位',
    allPosts: '全部岗位',
    first: '值班日从',
    last: '到',
    clear: '不限日期',
    columns: { at: '时间', who: '谁', what: '改了什么' },
    none: '还没有变更。',
    noneHere: '这些日子没有变更，可再往前找。',
    more: '再看更早的',
    noMore: '没有更早的了',
    count: (n) => `${n} 条`,
    print: '打印',
    printed: (time) => `${time} 打印`,
    paper: (area) => `${area}排班变更记录`,
    who: (name, login) => (name === undefined || name === '' ? login : `${name}（${login}）`),
    nextDay: (time) => `次日 ${time}`,
    until: (from, to) => `${from}–${to}`,
    days: (first, last) => `${first}至${last}`,
    deeds: {
      post_saved: ({ where, people }) => `修改岗位 ${where}${people === '' ? '' : `，固定人员：${people}`}`,
      person_saved: ({ people }) => `修改人员资料${people === '' ? '' : `：${people}`}`,
      area_saved: ({ where }) => `修改地区资料 ${where}`,
      rotation_set: ({ where, people }) => `设定 ${where} 的轮班表${people === '' ? '' : `：${people}`}`,
      duty_table_set: ({ where, when, lines, file }) =>
        `${file === undefined ? '' : `导入「${file}」，`}改 ${where} ${when} 的值班表${lines === undefined ? '' : `，${lines} 班`}`,
      override_added: ({ where, when, people }) => `把 ${where} ${when} 的班换成 ${people === '' ? '无人' : people}`,
      override_removed: ({ where, when }) => `取消 ${where} ${when} 的代班`,
      leave_taken: ({ when, people }) => `登记 ${people} 请假 ${when}`,
      leave_ended: ({ when, people }) => `结束 ${people} 的请假 ${when}`,
      swap_ended: ({ where, when, people }) => `${where} ${when} 的换班办结${people === '' ? '' : `：${people}`}`,
      calendar_adopted: ({ when }) => `录入节假日安排 ${when}`,
      policies_adopted: () => '启用新的叫应预案',
      handover_signed: ({ where, when, people }) => `签 ${where} ${when} 的交接班${people === '' ? '' : `：${people}`}`,
    },
    other: (kind, { where, when, people }) => `其他变更（${kind}） ${where} ${when} ${people}`,
    because: (line, reason) => `${line}：${reason}`,
    undone: (line) => `${line}（后已撤销）`,
  },
  {
    title: 'Changes',
    key: 'Changes',
    post: 'Post',
    allPosts: 'All posts',
    first: 'Days of duty from',
    last: 'to',
    clear: 'Any day',
    columns: { at: 'When', who: 'Who', what: 'What was changed' },
    none: 'No change yet.',
    noneHere: 'No change of these days; there may be earlier ones.',
    more: 'Earlier ones',
    noMore: 'There are no earlier ones',
    count: (n) => `${n} changes`,
    print: 'Print',
    printed: (time) => `printed ${time}`,
    paper: (area) => `${area}: changes of the roster`,
    who: (name, login) => (name === undefined || name === '' ? login : `${name} (${login})`),
    nextDay: (time) => `${time} the next day`,
    until: (from, to) => `${from}–${to}`,
    days: (first, last) => `${first} to ${last}`,
    deeds: {
      post_saved: ({ where, people }) => `changed the post ${where}${people === '' ? '' : `, held by ${people}`}`,
      person_saved: ({ people }) => `changed a person${people === '' ? '' : `: ${people}`}`,
      area_saved: ({ where }) => `changed the area ${where}`,
      rotation_set: ({ where, people }) => `set the rotation of ${where}${people === '' ? '' : `: ${people}`}`,
      duty_table_set: ({ where, when, lines, file }) =>
        `${file === undefined ? '' : `by the file “${file}” `}changed the duty table of ${where} ${when}${lines === undefined ? '' : `, ${lines} duties`}`,
      override_added: ({ where, when, people }) => `gave the duty of ${where} ${when} to ${people === '' ? 'nobody' : people}`,
      override_removed: ({ where, when }) => `took back the substitute of ${where} ${when}`,
      leave_taken: ({ when, people }) => `noted leave of ${people} ${when}`,
      leave_ended: ({ when, people }) => `ended the leave of ${people} ${when}`,
      swap_ended: ({ where, when, people }) => `settled the swap of ${where} ${when}${people === '' ? '' : `: ${people}`}`,
      calendar_adopted: ({ when }) => `entered holidays ${when}`,
      policies_adopted: () => 'put new policies in force',
      handover_signed: ({ where, when, people }) => `signed the handover of ${where} ${when}${people === '' ? '' : `: ${people}`}`,
    },
    other: (kind, { where, when, people }) => `another change (${kind}) ${where} ${when} ${people}`,
    because: (line, reason) => `${line}: ${reason}`,
    undone: (line) => `${line} (undone since)`,
  },
);

/** Returns what was done, without who did it when. */
export function describeChange(change: RosterChange, zone: string, language: Language): string {
  const t = changeWords[language];
  const parts: Parts = {
    where: change.post_title ?? change.area_name, when: spanOf(change, zone, language), lines: change.lines, file: change.import,
    people: change.people.map(({ name }) => name).join(language === 'zh' ? '、' : ', '),
  };
  const done = isKnown(change.kind) ? t.deeds[change.kind](parts) : t.other(change.kind, parts);
  const line = done.replace(/ {2,}/g, ' ').trim();
  const why = change.reason === undefined || change.reason === '' ? line : t.because(line, change.reason);
  return change.undone === true ? t.undone(why) : why;
}

/** One duty by its hours, a table by its days. */
function spanOf({ kind, from, to }: RosterChange, zone: string, language: Language): string {
  const t = changeWords[language];
  if (from === undefined) return '';
  if (to !== undefined && kind !== 'duty_table_set') return turnTime({ from, to }, zone, language, t);
  const last = to === undefined ? Date.parse(from) : Math.max(Date.parse(from), Date.parse(to) - 1);
  return daySpan(dateAt(Date.parse(from), zone), dateAt(last, zone), language, t.days);
}
