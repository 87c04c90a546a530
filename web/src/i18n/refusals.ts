/** Words for refused positions: what is wrong with them, and what helps. */

import type { PositionRefusal } from '../board/protocol';
import { bilingual } from './language.svelte';

interface RefusalWords {
  chip: (n: number) => string;
  title: string;
  hint: string;
  none: string;
  failed: string;
  asOf: (time: string) => string;
  over: string;
  columns: { who: string; why: string; count: string; last: string; example: string };
  source: Record<PositionRefusal['source'], string>;
  /** What is wrong and what helps, by the code that never changes. */
  why: Record<string, [what: string, remedy: string]>;
  firstAt: (time: string) => string;
  unit: string;
  place: (lon: string, lat: string) => string;
  notNumber: string;
  at: (time: string) => string;
  quote: (text: string) => string;
}

/** What the server writes of a flood instead of a position. */
const FLOOD = /^(\d+) at once$/;

export const refusalWords = bilingual<RefusalWords>(
  {
    chip: (n) => `位置上报异常 ${n}`,
    title: '位置上报异常',
    hint: '以下位置未被采用，也不会上图。按来源和原因合并计数；多节点时只列出当前节点收到的，重启后重新计数。',
    none: '没有被拒的位置上报',
    failed: '没有取到，稍后自动重试',
    asOf: (time) => `未能更新，以下为 ${time} 的情况`,
    over: '10 分钟之前',
    columns: { who: '来源', why: '原因与处理', count: '次数', last: '最近一次', example: '最近的例子' },
    source: { gateway: '接口上报', socket: '长连接上报', redis: 'Redis 频道' },
    why: {
      'position.unreadable': ['内容无法识别', '每条须有 unit、lon、lat、at'],
      'position.unknown_unit': ['队伍车辆或终端未登记', '请先登记，或核对编号'],
      'position.not_yours': ['此账号无权上报该队伍车辆', '请用其所属地区的账号，或其联系人本人的账号'],
      'position.out_of_range': ['经纬度无效', '单位为度：经度 -180 至 180，纬度 -90 至 90'],
      'position.swapped': ['经纬度颠倒', '请先经度后纬度'],
      'position.far_away': ['位置离辖区过远', '请检查定位终端'],
      'position.from_the_future': ['上报时间在未来', '请校准终端时钟'],
      'position.too_old': ['上报时间过早', '请校准终端时钟，过期位置不必补报'],
      'position.out_of_order': ['重复或迟到的位置', '已有更新的位置，无需处理'],
      'position.jump': ['位置跳变', '等下一次上报核实；反复出现时请检查定位终端'],
      'position.flood': ['上报过于频繁', '每个队伍车辆只报最新位置，降低频率'],
    },
    firstAt: (time) => `首次 ${time}`,
    unit: '编号',
    place: (lon, lat) => `经度 ${lon}，纬度 ${lat}`,
    notNumber: '非数字',
    at: (time) => `时间 ${time}`,
    quote: (text) => text.replace(FLOOD, '一次 $1 条'),
  },
  {
    chip: (n) => `Refused positions ${n}`,
    title: 'Refused positions',
    hint: 'These were not taken and are never on the map. Counted by source and reason; of several nodes, only what this one heard since it started.',
    none: 'No position was refused',
    failed: 'It did not come; it is tried again by itself',
    asOf: (time) => `Could not be refreshed; as of ${time}`,
    over: 'More than 10 minutes ago',
    columns: { who: 'From', why: 'Why, and what helps', count: 'Times', last: 'Last', example: 'Latest example' },
    source: { gateway: 'by HTTP', socket: 'by socket', redis: 'Redis channel' },
    why: {
      'position.unreadable': ['No position', 'Each needs unit, lon, lat and at'],
      'position.unknown_unit': ['No such unit or terminal', 'Register it, or correct the id'],
      'position.not_yours': ['This login may not speak for the unit', 'Use a login of its area, or of its contact'],
      'position.out_of_range': ['No place on earth', 'Degrees: lon from -180 to 180, lat from -90 to 90'],
      'position.swapped': ['Longitude and latitude exchanged', 'Longitude first, then latitude'],
      'position.far_away': ['Too far from the jurisdiction', 'Look at the receiver'],
      'position.from_the_future': ['A time in the future', 'Set the clock of the terminal'],
      'position.too_old': ['A time too long ago', 'Set the clock of the terminal; do not send what is past'],
      'position.out_of_order': ['Came twice or late', 'A newer one is known; nothing to do'],
      'position.jump': ['Farther than it can have come', 'The next report decides; if it recurs, look at the receiver'],
      'position.flood': ['Too many at once', 'Send only the latest of each unit, less often'],
    },
    firstAt: (time) => `first ${time}`,
    unit: 'Unit',
    place: (lon, lat) => `lon ${lon}, lat ${lat}`,
    notNumber: 'no number',
    at: (time) => `at ${time}`,
    quote: (text) => text,
  },
);
