/** Words that every face uses: levels, states, channels, outcomes, the connection, errors. */

import type {
  CalloutKind, Channel, DutySource, Outcome, Role, Severity, SkipReason, StateName, Via, WithdrawReason,
} from '../board/protocol';
import { bilingual } from './language.svelte';

interface Shared {
  level: Record<Severity, string>;
  colour: Record<Severity, string>;
  drill: string;
  kind: Record<CalloutKind, string>;
  state: Record<StateName, string>;
  channel: Record<Channel, string>;
  role: Record<Role, string>;
  unsigned: string;
  dutySource: Record<DutySource, string>;
  withdrawn: Record<WithdrawReason, string>;
  skipped: Record<SkipReason, string>;
  outcome: (outcome: Outcome) => string;
  via: (via: Via) => string;
  queued: string;
  underWay: Record<Channel, string>;
  dropped: string;
  notice: string;
  late: string;
  tryNumber: (n: number) => string;
  rung: (rung: number, rungs: number) => string;
  online: string;
  connecting: string;
  reconnecting: (attempt: number) => string;
  reconnectingSince: (time: string, attempt: number) => string;
  pictureOf: (time: string) => string;
  simulated: string;
  degraded: string;
  soundOff: string;
  mute: string;
  muted: (seconds: number) => string;
  language: string;
  logout: string;
  loading: string;
  close: string;
  nobody: string;
  list: (items: readonly string[]) => string;
  errors: Record<string, string>;
  unreachable: string;
  refused: (status: number, message: string) => string;
}

/** Why a channel could not carry a call, by the codes that this program and its simulated carrier write. */
const FAILURES_ZH: Record<string, string> = {
  not_connected: '网页未打开', no_address: '无可用号码', no_gateway: '通道未接通', no_receipt: '无回执', no_report: '通道无回音',
  end_unknown_after_restart: '重启后结果不明', unreachable: '无法接通', congested: '线路拥塞', invalid_number: '空号',
};
const FAILURES_EN: Record<string, string> = {
  not_connected: 'page not open', no_address: 'no number', no_gateway: 'channel not connected', no_receipt: 'no receipt',
  no_report: 'channel silent', end_unknown_after_restart: 'end unknown after restart', unreachable: 'cannot be reached',
  congested: 'line congested', invalid_number: 'no such number',
};

export const shared = bilingual<Shared>(
  {
    level: { red: '红Ⅰ', orange: '橙Ⅱ', yellow: '黄Ⅲ', blue: '蓝Ⅳ' },
    colour: { red: '红色', orange: '橙色', yellow: '黄色', blue: '蓝色' },
    drill: '【演练】',
    kind: { warning: '预警叫应', manual: '人工叫应', spot_check: '抽查', errand: '上门叫醒', alarm: '监测中断', order: '调派', task: '任务签收', reminder: '任务催办', swap: '换班', handover: '交接班', notice: '告知', roster: '排班问题', contact_test: '联系方式核验', duty_reminder: '值班提醒' },
    state: { ringing: '呼叫中', answered: '已应答', unreached: '未叫应', withdrawn: '已解除' },
    channel: { app: '网页', sms: '短信', voice: '电话' },
    role: {
      commander: '指挥长', dispatcher: '值班调度', leader: '带班领导', screen: '大屏', gateway: '接口', admin: '管理员',
    },
    unsigned: '未签字接班',
    dutySource: { permanent: '固定', rotation: '轮班', table: '值班表', override: '换班' },
    withdrawn: {
      cancelled: '预警已解除', expired: '预警已过期', superseded: '已被新预警取代', area_reduced: '预警范围缩小', downgraded: '预警降级',
      upgraded: '预警升级，已重新叫应', by_hand: '人工撤回', settled: '已另行落实',
    },
    skipped: { no_post: '无此岗位', gap: '无人值班', no_channel: '无可用号码', declined: '均无法到岗' },
    outcome: (outcome) => {
      switch (outcome.result) {
        case 'sent': return '已发出';
        case 'delivered': return '已送达';
        case 'read': return '已查看';
        case 'no_answer': return '无人接听';
        case 'busy': return '占线';
        case 'rejected': return '拒接';
        case 'hung_up': return `${outcome.after_s} 秒后挂断`;
        case 'voicemail': return '语音信箱';
        case 'heard_in_full': return '听完全文';
        case 'key_pressed': return `按键 ${outcome.key}`;
        case 'replied': return `回复「${outcome.text}」`;
        case 'rung_off': return '已停止呼叫';
        case 'failed': return `失败：${FAILURES_ZH[outcome.reason] ?? outcome.reason}`;
      }
    },
    via: (via) => (typeof via === 'object' ? { door: '上门' }[via.desk] ?? via.desk : { app: '网页', sms: '短信', voice: '电话' }[via]),
    queued: '排队中',
    underWay: { app: '网页响铃中', sms: '短信已发', voice: '电话振铃中' },
    dropped: '未再呼叫',
    notice: '告知',
    late: '迟到',
    tryNumber: (n) => `第 ${n} 次`,
    rung: (rung, rungs) => (rungs > 0 ? `第 ${rung}/${rungs} 级` : `第 ${rung} 级`),
    online: '在线',
    connecting: '连接中',
    reconnecting: (attempt) => `重连中（第 ${attempt} 次）`,
    reconnectingSince: (time, attempt) => `${time} 起断线，正在重连（第 ${attempt} 次）`,
    pictureOf: (time) => `画面为 ${time} 数据`,
    simulated: '模拟线路',
    degraded: '系统降级运行',
    soundOff: '声音未开启',
    mute: '静音',
    muted: (seconds) => `静音中 ${seconds} 秒`,
    language: 'English',
    logout: '退出登录',
    loading: '正在读取…',
    close: '关闭',
    nobody: '无人',
    list: (items) => items.join('、'),
    errors: {
      'obligation.already_answered': '已有人应答',
      'incident.over': '突发事件已办结或已并入',
      'assignment.step': '状态已变化，请刷新后再试',
      'task.over': '任务已办结或已撤回',
      'task.not_yours': '不是您负责的任务',
      'http.401': '登录已失效，请重新登录',
      'http.403': '当前账号无权进行此操作',
      'http.404': '未找到，可能已被撤回',
      'http.409': '状态已变化，请刷新后再试',
      'http.422': '内容有误',
      'http.429': '操作过于频繁，请稍后再试',
      'http.503': '系统暂时不可用，请稍后再试',
    },
    unreachable: '连接不上服务器，请检查网络',
    refused: (status, message) => `未被接受（${status}）：${message}`,
  },
  {
    level: { red: 'Red I', orange: 'Orange II', yellow: 'Yellow III', blue: 'Blue IV' },
    colour: { red: 'red', orange: 'orange', yellow: 'yellow', blue: 'blue' },
    drill: '[DRILL] ',
    kind: { warning: 'Warning', manual: 'Manual callout', spot_check: 'Spot check', errand: 'Knock on the door', alarm: 'Monitoring lost', order: 'Order', task: 'Task', reminder: 'Overdue task', swap: 'Change of duty', handover: 'Handover', notice: 'Notice', roster: 'Roster flaw', contact_test: 'Test of telephones', duty_reminder: 'Shift to come' },
    state: { ringing: 'ringing', answered: 'answered', unreached: 'unreached', withdrawn: 'released' },
    channel: { app: 'app', sms: 'SMS', voice: 'phone' },
    role: {
      commander: 'Commander', dispatcher: 'Dispatcher', leader: 'Leader', screen: 'Screen', gateway: 'Gateway',
      admin: 'Administrator',
    },
    unsigned: 'not signed for',
    dutySource: { permanent: 'permanent', rotation: 'rotation', table: 'table', override: 'swap' },
    withdrawn: {
      cancelled: 'warning cancelled', expired: 'warning expired', superseded: 'warning replaced by another',
      area_reduced: 'area reduced',
      downgraded: 'warning downgraded', upgraded: 'warning upgraded, called anew', by_hand: 'taken back by hand',
      settled: 'settled otherwise',
    },
    skipped: { no_post: 'no such post', gap: 'nobody on duty', no_channel: 'no number', declined: 'all declined' },
    outcome: (outcome) => {
      switch (outcome.result) {
        case 'sent': return 'sent';
        case 'delivered': return 'delivered';
        case 'read': return 'read';
        case 'no_answer': return 'no answer';
        case 'busy': return 'busy';
        case 'rejected': return 'rejected';
        case 'hung_up': return `hung up after ${outcome.after_s} s`;
        case 'voicemail': return 'voicemail';
        case 'heard_in_full': return 'heard in full';
        case 'key_pressed': return `pressed ${outcome.key}`;
        case 'replied': return `replied “${outcome.text}”`;
        case 'rung_off': return 'rung off';
        case 'failed': return `failed: ${FAILURES_EN[outcome.reason] ?? outcome.reason}`;
      }
    },
    via: (via) => (typeof via === 'object' ? { door: 'at the door' }[via.desk] ?? via.desk : { app: 'app', sms: 'SMS', voice: 'phone' }[via]),
    queued: 'queued',
    underWay: { app: 'app ringing', sms: 'SMS sent', voice: 'phone ringing' },
    dropped: 'not made',
    notice: 'notice',
    late: 'late',
    tryNumber: (n) => `try ${n}`,
    rung: (rung, rungs) => (rungs > 0 ? `rung ${rung}/${rungs}` : `rung ${rung}`),
    online: 'Online',
    connecting: 'Connecting',
    reconnecting: (attempt) => `Reconnecting (${attempt})`,
    reconnectingSince: (time, attempt) => `Disconnected since ${time}, reconnecting (${attempt})`,
    pictureOf: (time) => `Data as of ${time}`,
    simulated: 'Simulated line',
    degraded: 'Degraded',
    soundOff: 'Sound is off',
    mute: 'Mute',
    muted: (seconds) => `Muted ${seconds} s`,
    language: '中文',
    logout: 'Log out',
    loading: 'Loading…',
    close: 'Close',
    nobody: 'nobody',
    list: (items) => items.join(', '),
    errors: {
      'obligation.already_answered': 'Somebody has answered already',
      'incident.over': 'The incident is over or was another report',
      'assignment.step': 'Its status has changed; look again',
      'task.over': 'The task is done or was taken back',
      'task.not_yours': 'Not one of your tasks',
      'http.401': 'Please log in again',
      'http.403': 'This login may not do that',
      'http.404': 'Not found; it may have been taken back',
      'http.409': 'Things have changed; look again',
      'http.422': 'Something in the form is wrong',
      'http.429': 'Too often; try again later',
      'http.503': 'Not available just now; try again later',
    },
    unreachable: 'The server cannot be reached; check the network',
    refused: (status, message) => `Refused (${status}): ${message}`,
  },
);
