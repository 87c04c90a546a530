/** Words of choosing a place on the map. */

import { bilingual } from './language.svelte';

export const pickWords = bilingual(
  {
    title: '在地图上点选',
    how: '点击地图取该处坐标；也可用方向键移动、+ − 缩放，让十字对准，再按 Enter。Esc 返回，已填内容都在。',
    middle: '取十字处',
    onMap: '在地图上点选',
    lies: (name: string) => `位于${name}`,
  },
  {
    title: 'Choose on the map',
    how: 'Click a place; or move by arrows and + −, bring the cross over it and press Enter. Esc goes back; what was typed stays.',
    middle: 'Take the cross',
    onMap: 'Choose on the map',
    lies: (name: string) => `in ${name}`,
  },
);
