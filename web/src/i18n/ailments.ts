/** What of the server may not work, in words; a part that is not known here keeps its name. */

import { bilingual } from './language.svelte';

export const ailments = bilingual<Record<string, string>>(
  { journal: '记录无法写入', bus: '节点互通中断' },
  { journal: 'nothing can be recorded', bus: 'nodes do not hear each other' },
);
