/** Words of where a phone is, with a spot check that asks. */

import type { Hindrance } from '../board/whereabouts';
import { bilingual } from './language.svelte';

export const whereaboutsWords = bilingual(
  {
    found: (doubt: string) => `位置：已取得（约 ±${doubt}），随应答上报`,
    looking: '正在取得位置…',
    missed: (why: string) => `取不到位置：${why}；`,
    anyway: '应答照常有效，但不能证明在岗',
    why: { refused: '未授权', insecure: '没有 HTTPS（需要 https 地址）', silent: '没有信号' } as Record<Hindrance, string>,
  },
  {
    found: (doubt: string) => `Place found (±${doubt}), sent with your answer`,
    looking: 'Looking for your place…',
    missed: (why: string) => `No place: ${why}. `,
    anyway: 'Your answer counts, but does not prove that you are at your post.',
    why: { refused: 'not permitted', insecure: 'no HTTPS (open the https address)', silent: 'no signal' },
  },
);
