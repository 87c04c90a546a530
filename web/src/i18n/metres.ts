/** How far, as people say it: 380 米, 1.2 公里. */

import { rounded } from '../board/whereabouts';
import { bilingual } from './language.svelte';

const UNITS = { zh: { m: '米', km: '公里' }, en: { m: 'm', km: 'km' } };

export const metres = bilingual((distance_m: number) => inUnits(distance_m, UNITS.zh), (distance_m: number) => inUnits(distance_m, UNITS.en));

function inUnits(distance_m: number, units: { m: string; km: string }): string {
  const { count, unit } = rounded(distance_m);
  return `${count} ${units[unit]}`;
}
