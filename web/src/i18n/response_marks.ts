/** How a response's level is said wherever it is shown: few words, for every page carries them. */

import type { Grade } from '../board/response';
import { bilingual } from './language.svelte';

const ROMAN: Record<Grade, string> = { 1: 'Ⅰ', 2: 'Ⅱ', 3: 'Ⅲ', 4: 'Ⅳ' };

export const responseMarks = bilingual(
  {
    level: (level: Grade) => `${ROMAN[level]}级响应`,
    drill: '【演练】',
    waiting: (n: number) => `待决 ${n}`,
    tally: (done: number, total: number) => `办结 ${done}/${total}`,
    overdue: (n: number) => `超期 ${n}`,
  },
  {
    level: (level: Grade) => `Response ${ROMAN[level]}`,
    drill: '[DRILL] ',
    waiting: (n: number) => `${n} to decide`,
    tally: (done: number, total: number) => `${done} of ${total} done`,
    overdue: (n: number) => `${n} overdue`,
  },
);
