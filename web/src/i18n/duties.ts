/** Words of my own duties and of duty that changes hands: short, said to one person. */

import type { Obstacle, SwapView } from '../board/swap';
import { alsoRefused } from './errors';
import { bilingual } from './language.svelte';

interface DutyWords {
  title: string;
  none: string;
  failed: string;
  now: string;
  today: string;
  standing: string;
  beside: (names: string) => string;
  nextDay: (time: string) => string;
  until: (from: string, to: string) => string;
  swapped: string;
  pending: string;
  cannot: string;
  whom: string;
  everybody: (n: number) => string;
  nobody: string;
  obstacle: Record<Obstacle, string>;
  inReturn: (name: string) => string;
  nothing: string;
  why: string;
  reasons: string[];
  other: string;
  still: string;
  ask: string;
  asking: string;
  swaps: string;
  line: (swap: SwapView) => string;
  stage: (swap: SwapView, isMine: boolean) => string;
  forIt: (time: string) => string;
  lapses: (time: string) => string;
  yes: string;
  no: string;
  approve: string;
  refuse: string;
  withdraw: string;
}

/** Who is still to answer. */
function open(swap: SwapView): string[] {
  return swap.asked.filter(({ declined }) => !declined).map(({ person }) => person.name);
}

export const dutyWords = bilingual<DutyWords>(
  {
    title: '我的值班',
    none: '今后 60 天没有排您的班',
    failed: '没有取到，稍后自动重试',
    now: '正在值班',
    today: '今天',
    standing: '固定岗位',
    beside: (names) => `同班：${names}`,
    nextDay: (time) => `次日 ${time}`,
    until: (from, to) => `${from}–${to}`,
    swapped: '换班',
    pending: '换班中',
    cannot: '来不了，谁能替？',
    whom: '请谁替',
    everybody: (n) => `问所有能来的人（${n} 人）`,
    nobody: '没有能替的人，请联系值班室',
    obstacle: { unknown: '人员不在册', on_leave: '请假', at_other_post: '当时在别的岗位', there_already: '当时已在本岗', unreachable: '无可用号码' },
    inReturn: (name) => `替 ${name} 上哪一班（串班）`,
    nothing: '不还班',
    why: '原因（可不选）',
    reasons: ['身体不适', '家中有事', '出差', '其他'],
    other: '请说明',
    still: '批准之前仍由您值班。',
    ask: '发出请求',
    asking: '正在发出',
    swaps: '我的换班',
    line: ({ asker, turn }) => `${asker.name} · ${turn.post_title}`,
    stage: (swap, isMine) => {
      const holder = isMine ? '您' : swap.asker.name;
      switch (swap.stage) {
        case 'asked': return swap.answer_by === undefined ? `等 ${open(swap).join('、')} 答复，目前仍由${holder}值班` : `请您替 ${swap.asker.name} 值班`;
        case 'taken': return swap.answer_by === undefined
          ? `${swap.taker?.name ?? ''} 已答应，等待批准；批准之前仍由${holder}值班` : `${swap.taker?.name ?? ''} 愿替 ${swap.asker.name}，请您批准`;
        case 'approved': return `已批准，由 ${swap.taker?.name ?? ''} 值班`;
        case 'refused': return `未获批准，仍由${holder}值班`;
        case 'nobody': return `没有人能来，仍由${holder}值班`;
        case 'withdrawn': return `已撤回，仍由${holder}值班`;
        case 'lapsed': return `到时无人答应，已失效，仍由${holder}值班`;
      }
    },
    forIt: (time) => `还班：${time}`,
    lapses: (time) => `${time} 前未答应即失效`,
    yes: '答应',
    no: '不行',
    approve: '批准',
    refuse: '不批准',
    withdraw: '撤回',
  },
  {
    title: 'My duties',
    none: 'No duty of yours in the next 60 days',
    failed: 'It did not come; it is tried again by itself',
    now: 'On duty now',
    today: 'Today',
    standing: 'Permanent posts',
    beside: (names) => `with ${names}`,
    nextDay: (time) => `${time} the next day`,
    until: (from, to) => `${from}–${to}`,
    swapped: 'swap',
    pending: 'being swapped',
    cannot: 'Cannot come: who could?',
    whom: 'Whom to ask',
    everybody: (n) => `Everybody who can (${n})`,
    nobody: 'Nobody can; please ring the duty room',
    obstacle: { unknown: 'not known', on_leave: 'on leave', at_other_post: 'at another post then', there_already: 'there already', unreachable: 'no number' },
    inReturn: (name) => `Which duty of ${name} you take in return`,
    nothing: 'None',
    why: 'Why (may be left out)',
    reasons: ['Unwell', 'Family matter', 'Away on business', 'Other'],
    other: 'Please say',
    still: 'Until it is approved the duty stays yours.',
    ask: 'Ask',
    asking: 'Asking',
    swaps: 'My swaps',
    line: ({ asker, turn }) => `${asker.name} · ${turn.post_title}`,
    stage: (swap, isMine) => {
      const still = isMine ? 'the duty stays yours' : `the duty stays with ${swap.asker.name}`;
      switch (swap.stage) {
        case 'asked': return swap.answer_by === undefined ? `Waiting for ${open(swap).join(', ')}; ${still}` : `Can you stand in for ${swap.asker.name}?`;
        case 'taken': return swap.answer_by === undefined
          ? `${swap.taker?.name ?? ''} says yes; until it is approved ${still}` : `${swap.taker?.name ?? ''} would stand in for ${swap.asker.name}: do you approve?`;
        case 'approved': return `Approved: ${swap.taker?.name ?? ''} is on duty`;
        case 'refused': return `Not approved; ${still}`;
        case 'nobody': return `Nobody can; ${still}`;
        case 'withdrawn': return `Taken back; ${still}`;
        case 'lapsed': return `Nobody said yes in time; ${still}`;
      }
    },
    forIt: (time) => `in return: ${time}`,
    lapses: (time) => `void without a yes by ${time}`,
    yes: 'Yes',
    no: 'No',
    approve: 'Approve',
    refuse: 'Refuse',
    withdraw: 'Take back',
  },
);

alsoRefused(bilingual(
  {
    'swap.unknown': '这次换班已不存在',
    'swap.over': '这次换班已经结束',
    'swap.past': '这一班已经过去',
    'swap.not_on_duty': '值班表已变化，这一班不再是您或对方的',
    'swap.unknown_person': '对方不在册',
    'swap.on_leave': '对方当时请假，请另问一位',
    'swap.at_other_post': '对方当时在别的岗位值班，请另问一位',
    'swap.there_already': '对方当时已在本岗值班，请另问一位',
    'swap.unreachable': '对方没有可用号码，请另问一位',
    'swap.nobody_left': '没有能替的人，请联系值班室',
    'swap.overlapping': '两班时间重叠，换了等于没换',
    'swap.one_for_one': '串班只能问一位同事',
    'swap.already': '这一班已在请人替，请先撤回',
    'swap.not_yours': '只有请求人或值班室可以撤回',
    'swap.own': '换班双方不能自己批准',
    'swap.too_long': '时间过长，请一班一班地换',
    'duties.nobody': '当前账号不对应具体人员',
  },
  {
    'swap.unknown': 'This swap is no more',
    'swap.over': 'This swap is over',
    'swap.past': 'This duty is over',
    'swap.not_on_duty': 'The roster has changed: the duty is no longer yours or theirs',
    'swap.unknown_person': 'The colleague is not known',
    'swap.on_leave': 'They are on leave then; ask somebody else',
    'swap.at_other_post': 'They are on duty elsewhere then; ask somebody else',
    'swap.there_already': 'They are on duty there already; ask somebody else',
    'swap.unreachable': 'They have no number; ask somebody else',
    'swap.nobody_left': 'Nobody can; please ring the duty room',
    'swap.overlapping': 'Both are at the same time; nothing would change',
    'swap.one_for_one': 'An exchange is asked of one colleague',
    'swap.already': 'You ask about this duty already; take that back first',
    'swap.not_yours': 'Only the one who asked, or the desk, takes it back',
    'swap.own': 'Who takes part does not approve',
    'swap.too_long': 'Too long; ask for one duty after the other',
    'duties.nobody': 'This login is no particular person',
  },
));
