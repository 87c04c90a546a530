/** Words for the sources of warnings: how each is, and what is wrong with it. */

import type { SourceKind, SourceState } from '../board/source';
import { bilingual } from './language.svelte';

interface SourceWords {
  title: string;
  hint: string;
  none: string;
  failed: string;
  asOf: (time: string) => string;
  columns: { name: string; state: string; heard: string; counts: string; trouble: string };
  kind: Record<SourceKind, string>;
  state: Record<SourceState, string>;
  never: string;
  silentAfter: (seconds: number) => string;
  counted: { accepted: string; known: string; elsewhere: string; refused: string };
  /** What is wrong, from the server's own words; those that are not known here stand as they are. */
  trouble: (text: string) => string;
  faults: (name: string) => string;
}

/** The server's words for what fails, the more particular first. */
const TROUBLES: readonly [RegExp, string][] = [
  [/^(\d+) of its messages could not be fetched/, '$1 条正文没有取到'],
  [/not understood/, '对方的内容无法识别'],
  [/stood still/, '列表长时间没有更新，可能已停更'],
  [/gave no whole answer/, '对方没有按时答完'],
  [/cannot be reached/, '连接不上对方'],
  [/ answers (\d{3})/, '对方答复错误 $1'],
  [/answers with more than/, '对方的内容过大或中途断开'],
  [/leads (elsewhere|to) /, '被转到没有列明的主机'],
  [/the board takes nothing now/, '本系统暂时不能写入'],
  [/cannot be read/, '读取不到，请检查地址或文件夹'],
];

export const sourceWords = bilingual<SourceWords>(
  {
    title: '预警信息源',
    hint: '每 15 秒更新。条数由当前节点计数，重启后重新计数。',
    none: '没有配置预警信息源，预警只由本台和接口发布',
    failed: '没有取到，稍后自动重试',
    asOf: (time) => `未能更新，以下为 ${time} 的情况`,
    columns: { name: '来源', state: '状态', heard: '最近一次收到', counts: '条数', trouble: '问题' },
    kind: { push: '对方推送', cap_feed: 'CAP 订阅', nmc: '中央气象台', weathercn: '中国天气网', qweather: '和风天气', folder: '文件夹' },
    state: { heard: '正常', waiting: '等待', trouble: '故障', silent: '中断' },
    never: '还没有收到过',
    silentAfter: (seconds) => `超过 ${seconds < 120 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`}没有收到即告警`,
    counted: { accepted: '采用', known: '重复', elsewhere: '外地', refused: '未采用' },
    trouble: (text) => {
      const [what, words] = TROUBLES.find(([one]) => one.test(text)) ?? [];
      return what === undefined || words === undefined ? text : words.replace('$1', what.exec(text)?.[1] ?? '');
    },
    faults: (name) => `${name}最近没有被采用的`,
  },
  {
    title: 'Sources of warnings',
    hint: 'Every 15 s. Messages are counted by the node that answers, since it started.',
    none: 'No source is set up: warnings come from this desk and by HTTP only',
    failed: 'It did not come; it is tried again by itself',
    asOf: (time) => `Could not be refreshed; as of ${time}`,
    columns: { name: 'Source', state: 'State', heard: 'Last heard', counts: 'Messages', trouble: 'What is wrong' },
    kind: { push: 'pushes', cap_feed: 'CAP feed', nmc: 'nmc.cn', weathercn: 'weather.com.cn', qweather: 'QWeather', folder: 'folder' },
    state: { heard: 'heard', waiting: 'waiting', trouble: 'trouble', silent: 'silent' },
    never: 'not heard yet',
    silentAfter: (seconds) => `an alarm after ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} of silence`,
    counted: { accepted: 'taken', known: 'known', elsewhere: 'elsewhere', refused: 'refused' },
    trouble: (text) => text,
    faults: (name) => `What was not taken from ${name}`,
  },
);
