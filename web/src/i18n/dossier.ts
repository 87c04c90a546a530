/** Words for one warning: who tells of it, what it suggests, what the public is told. */

import type { Outlet } from '../board/bulletin';
import type { Difference, MessageKind } from '../board/protocol';
import type { Part } from '../board/suggestion';
import { alsoRefused } from './errors';
import { bilingual } from './language.svelte';
import { shared } from './shared';

interface DossierWords {
  open: string;
  /** What follows `open` for those who hear the page. */
  openOf: (headline: string) => string;
  title: (headline: string) => string;
  failed: string;
  others: string;
  state: Record<'active' | 'superseded' | 'cancelled' | 'expired' | 'inert', string>;
  tellers: string;
  first: string;
  also: string;
  agrees: string;
  /** `when` words a time. */
  differs: (difference: Difference, when: (at: string) => string) => string;
  notes: string;
  message: string;
  suggestion: string;
  noSuggestion: string;
  part: Record<Part, string>;
  response: (level: string) => string;
  count: (part: Exclude<Part, 'response'>, n: number) => string;
  all: (n: number) => string;
  fewer: string;
  pending: string;
  pendingHint: string;
  note: string;
  holdTake: (n: number) => string;
  holdTurnDown: string;
  taken: (parts: string) => string;
  turnedDown: string;
  by: (who: string, when: string) => string;
  bulletin: string;
  outlet: Record<Outlet, string>;
  units: (n: number, limit: number) => string;
  cut: string;
  long: (n: number) => string;
  unmarked: (mark: string) => string;
  leftOut: string;
  submit: string;
  submitHint: string;
  again: string;
  waits: string;
  drafted: (who: string, when: string) => string;
  ordinal: string;
  ordinalNext: string;
  holdApprove: string;
  holdApproveDrill: string;
  refuse: string;
  reason: string;
  onlyApprovers: string;
  onlyDrafters: string;
  over: string;
  issued: string;
  issuedDrill: string;
  refused: (reason: string) => string;
  sending: string;
  chip: (n: number) => string;
  chipTitle: string;
  marked: string;
  markedShort: string;
  fields: Record<string, string>;
}

const ACT_ZH: Record<MessageKind, string> = { alert: '发布', update: '变更', cancel: '解除', ack: '收悉', error: '更正' };
const ACT_EN: Record<MessageKind, string> = { alert: 'issued', update: 'changed', cancel: 'ended', ack: 'acknowledged', error: 'withdrawn' };

export const dossierWords = bilingual<DossierWords>(
  {
    open: '详情',
    openOf: (headline) => `：${headline}`,
    title: (headline) => `预警详情：${headline}`,
    failed: '没有取到，关闭后再打开会重试',
    others: '其他预警',
    state: { active: '生效中', superseded: '已被取代', cancelled: '已解除', expired: '已过期', inert: '不作为预警' },
    tellers: '谁报告的',
    first: '首先收到',
    also: '随后收到',
    agrees: '内容一致',
    differs: (difference, when) => {
      const colour = (value: keyof typeof shared.zh.colour | null): string => (value === null ? '未标颜色' : shared.zh.colour[value]);
      const end = (value: string | null): string => (value === null ? '未注明' : `至 ${when(value)}`);
      switch (difference.what) {
        case 'colour': return `颜色：先收到${colour(difference.first)}，后收到${colour(difference.also)}`;
        case 'kind': return `类型：先收到${ACT_ZH[difference.first]}，后收到${ACT_ZH[difference.also]}`;
        case 'hazard': return `灾种：先收到${difference.first}，后收到${difference.also}`;
        case 'expires': return `有效期：先收到${end(difference.first)}，后收到${end(difference.also)}`;
        case 'area': return '地区不一致';
      }
    },
    notes: '解读说明',
    message: '预警原文',
    suggestion: '处置建议',
    noSuggestion: '预案规则对这条预警没有建议',
    part: { response: '应急响应', posts: '责任岗位', teams: '待命队伍', risk_points: '隐患点' },
    response: (level) => `启动${level}级应急响应`,
    count: (part, n) => ({ posts: `责任岗位 ${n} 个`, teams: `待命队伍 ${n} 支`, risk_points: `隐患点 ${n} 处` })[part],
    all: (n) => `全部 ${n} 项`,
    fewer: '收起',
    pending: '待决定',
    pendingHint: '由指挥长或带班领导决定；建议本身不会触发任何动作。',
    note: '说明（可不填，将记入记录）',
    holdTake: (n) => `按住 1.5 秒采纳所选 ${n} 项`,
    holdTurnDown: '按住 1.5 秒不采纳',
    taken: (parts) => `已采纳：${parts}`,
    turnedDown: '未采纳',
    by: (who, when) => `${who} · ${when}`,
    bulletin: '发布稿（告知公众）',
    outlet: { sms: '短信', loudspeaker: '大喇叭', banner: '显示屏' },
    units: (n, limit) => `${n}/${limit}`,
    cut: '有删减',
    long: (n) => `超出 ${n}`,
    unmarked: (mark) => `须以${mark}开头`,
    leftOut: '不发',
    submit: '提交审批',
    submitHint: '提交后由指挥长或带班领导批准，批准前不会发布。',
    again: '改稿重交',
    waits: '待批准',
    drafted: (who, when) => `${who} ${when} 提交`,
    ordinal: '期号',
    ordinalNext: '自动顺延',
    holdApprove: '按住 1.5 秒批准发布',
    holdApproveDrill: '按住 1.5 秒批准发布【演练】',
    refuse: '退回',
    reason: '退回理由',
    onlyApprovers: '由指挥长或带班领导批准。',
    onlyDrafters: '由值班调度或指挥长拟稿。',
    over: '预警已不再生效，不能再发布。',
    issued: '已发布',
    issuedDrill: '已发布（演练不编号）',
    refused: (reason) => `已退回：${reason}`,
    sending: '正在提交…',
    chip: (n) => `待批发布稿 ${n}`,
    chipTitle: '有发布稿等待批准',
    marked: '发布稿待批',
    markedShort: '待批',
    fields: { texts: '发布稿', ordinal: '期号', reason: '退回理由', note: '说明', taken: '采纳项' },
  },
  {
    open: 'Details',
    openOf: (headline) => `: ${headline}`,
    title: (headline) => `Warning: ${headline}`,
    failed: 'It did not come; close and open again',
    others: 'Other warnings',
    state: { active: 'in force', superseded: 'replaced', cancelled: 'ended', expired: 'expired', inert: 'not a warning' },
    tellers: 'Who tells of it',
    first: 'first',
    also: 'then',
    agrees: 'says the same',
    differs: (difference, when) => {
      const colour = (value: keyof typeof shared.en.colour | null): string => (value === null ? 'no colour' : shared.en.colour[value]);
      const end = (value: string | null): string => (value === null ? 'not said' : when(value));
      switch (difference.what) {
        case 'colour': return `colour: first ${colour(difference.first)}, then ${colour(difference.also)}`;
        case 'kind': return `kind: first ${ACT_EN[difference.first]}, then ${ACT_EN[difference.also]}`;
        case 'hazard': return `hazard: first ${difference.first}, then ${difference.also}`;
        case 'expires': return `end: first ${end(difference.first)}, then ${end(difference.also)}`;
        case 'area': return 'other areas';
      }
    },
    notes: 'How it was read',
    message: 'What it says',
    suggestion: 'Suggested',
    noSuggestion: 'No rule suggests anything for this warning',
    part: { response: 'response', posts: 'posts', teams: 'teams', risk_points: 'risk points' },
    response: (level) => `Start a level ${level} response`,
    count: (part, n) => ({ posts: `${n} posts`, teams: `${n} teams to stand by`, risk_points: `${n} risk points` })[part],
    all: (n) => `all ${n}`,
    fewer: 'fewer',
    pending: 'not decided yet',
    pendingHint: 'The commander or the leader decides; a suggestion does nothing by itself.',
    note: 'Note (optional, goes on record)',
    holdTake: (n) => `Hold 1.5 s to take up ${n}`,
    holdTurnDown: 'Hold 1.5 s to turn it down',
    taken: (parts) => `Taken up: ${parts}`,
    turnedDown: 'Turned down',
    by: (who, when) => `${who} · ${when}`,
    bulletin: 'What the public is told',
    outlet: { sms: 'Text message', loudspeaker: 'Loudspeaker', banner: 'Screen' },
    units: (n, limit) => `${n}/${limit}`,
    cut: 'shortened',
    long: (n) => `${n} too many`,
    unmarked: (mark) => `must begin with ${mark}`,
    leftOut: 'not sent',
    submit: 'Submit for approval',
    submitHint: 'Nothing goes out before the commander or the leader approves it.',
    again: 'Word it anew',
    waits: 'waits for approval',
    drafted: (who, when) => `submitted by ${who}, ${when}`,
    ordinal: 'Number',
    ordinalNext: 'the next one',
    holdApprove: 'Hold 1.5 s to approve',
    holdApproveDrill: 'Hold 1.5 s to approve [DRILL]',
    refuse: 'Send back',
    reason: 'Why it is sent back',
    onlyApprovers: 'The commander or the leader approves it.',
    onlyDrafters: 'The dispatcher or the commander words it.',
    over: 'The warning is not in force any more: nothing can go out.',
    issued: 'Gone out',
    issuedDrill: 'Gone out (a drill has no number)',
    refused: (reason) => `Sent back: ${reason}`,
    sending: 'Sending…',
    chip: (n) => `To approve: ${n}`,
    chipTitle: 'What the public is to be told waits for approval',
    marked: 'bulletin waits for approval',
    markedShort: 'waits',
    fields: { texts: 'Texts', ordinal: 'Number', reason: 'Why', note: 'Note', taken: 'Parts' },
  },
);

alsoRefused(bilingual(
  {
    'suggestion.decided': '已有人决定',
    'suggestion.none': '已没有处置建议',
    'bulletin.decided': '这份发布稿已审批或已被新稿替换',
    'bulletin.already_issued': '这条预警已发布过，变更后才能再发',
    'bulletin.number_taken': '期号已用过，请填更大的',
    'bulletin.warning_over': '预警已不再生效，不能发布',
  },
  {
    'suggestion.decided': 'Somebody has decided already',
    'suggestion.none': 'Nothing is suggested any more',
    'bulletin.decided': 'It has been decided or replaced already',
    'bulletin.already_issued': 'One about this warning has gone out; the next comes with its update',
    'bulletin.number_taken': 'That number is used; give a higher one',
    'bulletin.warning_over': 'The warning is not in force any more',
  },
));
