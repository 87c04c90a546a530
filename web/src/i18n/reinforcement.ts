/** Words of more people on duty than usual: which posts lack them, who could come, and turning it down. */

// What the server refuses of people and of the roster is said there.
import './duties';
import './roster';
import { alsoRefused } from './errors';
import { bilingual } from './language.svelte';

export const reinforcementWords = bilingual(
  {
    title: '增援',
    counts: (n: number, others: string) => `待增援 ${n}，${others}`,
    missing: (n: number) => `还缺 ${n} 人`,
    because: (rule: string, response: string) => `${rule}（${response}）`,
    inResponse: '应急响应期间',
    until: (time: string) => `值到 ${time}`,
    onDuty: (names: string) => `在岗：${names}`,
    couldCome: (n: number) => (n === 0 ? '现在没有人能来' : `能来 ${n} 人`),
    send: '选人增援',
    decline: '不增援',
    sheet: { send: '增援', decline: '不增援' },
    post: '岗位',
    why: '依据',
    now: '在岗',
    who: (n: number) => `谁来（按数字键选，最多 ${n} 人）`,
    chosen: (n: number, most: number) => `已选 ${n}/${most}`,
    hours: (most: number) => `值多少小时（最多 ${most}）`,
    means: (time: string) => `确认后立即叫应，请所选的人到岗并确认；同时记入排班，值到 ${time}，到时自动恢复原班。`,
    nobody: '没有能来的人：该岗位的其他人正在别的岗位值班、请假，或没有可用号码。请到排班里串班、销假，或补上号码后再来；安排不了就写明原因，不增援。',
    toRoster: '去排班',
    hold: (n: number) => (n === 0 ? '先选人' : `按住 1.5 秒：立即叫应 ${n} 人`),
    hoursRange: (most: number) => `请填 1 到 ${most} 的整数`,
    settled: '刚才已有人处理，这个岗位不再缺人',
    fewer: (n: number) => `刚才已有人到岗，现在还缺 ${n} 人`,
    sent: (names: string, post: string, time: string) => `已呼叫 ${names}：${post}，值到 ${time}`,
    reason: '为什么不增援（记入记录）',
    rests: (time: string) => `${time} 前不再提示这个岗位`,
    declined: (post: string) => `已记录：${post}不增援`,
    fields: { people: '谁来', hours: '小时', reason: '原因', post: '岗位', rule: '依据', response: '响应' } as Record<string, string>,
  },
  {
    title: 'Reinforcement',
    counts: (n: number, others: string) => `${n} to reinforce, ${others}`,
    missing: (n: number) => `${n} missing`,
    because: (rule: string, response: string) => `${rule} (${response})`,
    inResponse: 'during a response',
    until: (time: string) => `until ${time}`,
    onDuty: (names: string) => `On duty: ${names}`,
    couldCome: (n: number) => (n === 0 ? 'nobody could come now' : `${n} could come`),
    send: 'Choose who comes',
    decline: 'Turn down',
    sheet: { send: 'Reinforcement', decline: 'No reinforcement' },
    post: 'Post',
    why: 'By',
    now: 'On duty',
    who: (n: number) => `Who comes (by number, ${n} at most)`,
    chosen: (n: number, most: number) => `${n} of ${most}`,
    hours: (most: number) => `For how many hours (${most} at most)`,
    means: (time: string) => `They are called at once, to come and to confirm it; the roster has them until ${time}, and is as before after that.`,
    nobody: 'Nobody could come: the others of this post are on duty elsewhere, on leave, or have no number. Exchange duties, end a leave or add a number on the roster and come back; else turn it down and say why.',
    toRoster: 'To the roster',
    hold: (n: number) => (n === 0 ? 'Choose first' : `Hold for 1.5 s: call ${n} now`),
    hoursRange: (most: number) => `A whole number from 1 to ${most}`,
    settled: 'Somebody has just seen to it: nobody is missing there any more',
    fewer: (n: number) => `Somebody has come meanwhile: ${n} still missing`,
    sent: (names: string, post: string, time: string) => `Called: ${names}, ${post} until ${time}`,
    reason: 'Why nobody is sent (goes on record)',
    rests: (time: string) => `This post is not asked for again before ${time}`,
    declined: (post: string) => `On record: nobody is sent to ${post}`,
    fields: { people: 'Who comes', hours: 'Hours', reason: 'Why', post: 'Post', rule: 'By', response: 'Response' } as Record<string, string>,
  },
);

alsoRefused(bilingual(
  {
    'reinforcement.not_wanted': '这个岗位现在不缺人：可能刚有人处理，或响应已终止',
    'reinforcement.too_many': '选的人比还缺的多：可能刚有人到岗，请少选几位',
    'reinforcement.hours': '时长要在 1 小时到规则规定的小时数之间',
  },
  {
    'reinforcement.not_wanted': 'Nobody is missing at this post now: somebody may have seen to it, or the response is over',
    'reinforcement.too_many': 'More than are missing: somebody may have come meanwhile; choose fewer',
    'reinforcement.hours': 'From 1 hour to as many as the rule says',
  },
));
