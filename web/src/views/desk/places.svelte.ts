/** Which page the desk shows. */

import { Pages } from '../page/pages.svelte';

/** In the order of their numbers. */
const PLACES = ['callouts', 'incidents', 'response', 'reports', 'rounds', 'supplies', 'shelters', 'hotspots', 'units', 'handover'] as const;
/** Beside those with a number, what is gone to from one of them. */
export type Place = (typeof PLACES)[number] | 'roll_call';

/** The desk answers calls without them, so they come only when they are first wanted. */
export const places = new Pages<Place>(PLACES, {
  response: () => import('../response/ResponsePage.svelte'),
  reports: () => import('../reports/Reports.svelte'),
  rounds: () => import('../rounds/Rounds.svelte'),
  supplies: () => import('../supplies/SuppliesPage.svelte'),
  shelters: () => import('../evacuation/EvacuationPage.svelte'),
  hotspots: () => import('../hotspots/HotSpots.svelte'),
  units: () => import('../units/Units.svelte'),
  handover: () => import('../handover/HandoverPage.svelte'),
  roll_call: () => import('../roll_call/RollCallPage.svelte'),
});
