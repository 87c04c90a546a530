/** What the desk's pages are called, and what every face says of its pages. */

import type { Place } from '../views/desk/places.svelte';
import { bilingual } from './language.svelte';

export const placeWords = bilingual(
  {
    title: '页面',
    go: '切换',
    armed: '按数字键选择页面',
    keys: '快捷键',
    failed: '页面没有打开，再点一次',
    asOf: (time: string) => `以下为 ${time} 的数据`,
    dueIn: (n: number, left: string) => `待报 ${n} · 剩 ${left}`,
    dueLate: (n: number, late: string) => `待报 ${n} · 超时 ${late}`,
    toApprove: (n: number) => `待批 ${n}`,
    unsigned: (n: number) => `未签 ${n}`,
    reinforce: (n: number) => `增援 ${n}`,
    names: {
      callouts: '叫应', incidents: '突发事件', response: '应急响应', reports: '信息报告', rounds: '定时报告', supplies: '物资', shelters: '转移安置',
      hotspots: '热点核查', units: '队伍', handover: '交接班', roll_call: '点名',
    } as Record<Place, string>,
    help: [['H', '按 H 再按数字：切换页面'], ['I', '突发事件'], ['E', '登记接报'], ['K', '知道了：新情况'], ['↑ ↓', '上一条、下一条'], ['Esc', '返回'], ['?', '本说明']] as [string, string][],
  },
  {
    title: 'Pages',
    go: 'Go to',
    armed: 'Press the number of a page',
    keys: 'Keys',
    failed: 'The page did not open; try again',
    asOf: (time: string) => `as of ${time}`,
    dueIn: (n: number, left: string) => `${n} due · ${left}`,
    dueLate: (n: number, late: string) => `${n} due · ${late} late`,
    toApprove: (n: number) => `${n} to approve`,
    unsigned: (n: number) => `${n} unsigned`,
    reinforce: (n: number) => `${n} to reinforce`,
    names: {
      callouts: 'Callouts', incidents: 'Incidents', response: 'Response', reports: 'Reports', rounds: 'Rounds', supplies: 'Supplies', shelters: 'Evacuation',
      hotspots: 'Hot spots', units: 'Units', handover: 'Handover', roll_call: 'Roll call',
    } as Record<Place, string>,
    help: [['H', 'H, then a number: another page'], ['I', 'Incidents'], ['E', 'Take a report'], ['K', 'Noted: what is new'], ['↑ ↓', 'Previous, next'], ['Esc', 'Back'], ['?', 'This help']] as [string, string][],
  },
);
