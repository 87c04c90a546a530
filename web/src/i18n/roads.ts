/** Words of what is closed, and of what that does to the way of units. */

import { bilingual } from './language.svelte';

export const roadWords = bilingual(
  {
    closing: {
      road: (name: string) => name, circle: (at: string, km: number) => `${at} 周围 ${km} 公里`, polygon: (n: number) => `${n} 边形区域`,
    },
    avoids: (names: string) => `路程已避开封闭道路：${names}`,
    cutOff: (n: number) => `${n} 支因道路中断到不了`,
  },
  {
    closing: {
      road: (name: string) => name, circle: (at: string, km: number) => `${km} km around ${at}`, polygon: (n: number) => `ground of ${n} corners`,
    },
    avoids: (names: string) => `Ways avoid closed roads: ${names}`,
    cutOff: (n: number) => `${n} cannot get there, roads are closed`,
  },
);
