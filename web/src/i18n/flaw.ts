/** Words of what is wrong with the roster ahead. */

import type { FlawView } from '../board/protocol';
import { bilingual, type Language } from './language.svelte';
import { moment } from './time';

interface FlawWords {
  soon: (n: number) => string;
  flaw: (flaw: FlawView, now: number, zone: string, language: Language) => string;
}

const at = ({ from }: FlawView, now: number, zone: string, language: Language): string => moment(from, now, zone, language);

export const flawWords = bilingual<FlawWords>(
  {
    soon: (n) => `排班一天内有 ${n} 处问题：`,
    flaw: (flaw, now, zone, language) => {
      const what = { gap: '无人值班', two_posts: `${flaw.person_name ?? ''}同时在另一岗`, on_leave: `${flaw.person_name ?? ''}已请假`, no_telephone: `${flaw.person_name ?? ''}没有电话`, dead_number: `${flaw.person_name ?? ''}的号码打不通`, unverified: `${flaw.person_name ?? ''}的号码未核验` }[flaw.flaw];
      return `${flaw.post_title} ${at(flaw, now, zone, language)} ${what}`;
    },
  },
  {
    soon: (n) => `Roster flaws within a day ${n}: `,
    flaw: (flaw, now, zone, language) => {
      const who = flaw.person_name ?? '';
      const what = { gap: 'nobody on duty', two_posts: `${who} at two posts`, on_leave: `${who} is on leave`, no_telephone: `${who} has no telephone`, dead_number: `${who}: no such number`, unverified: `${who}: number unverified` }[flaw.flaw];
      return `${flaw.post_title} ${at(flaw, now, zone, language)} ${what}`;
    },
  },
);
