/** The way from an incident to its supplies: the page comes when it is wanted. */

import type { DepotOffer } from '../../board/dispatch';
import { places } from '../desk/places.svelte';

/** Opens the form by which what a depot was recommended for is held for an incident. */
export async function holdFor(incident: string, { depot, item, quantity }: DepotOffer): Promise<void> {
  places.go('supplies');
  const { supplies } = await import('./supplies.svelte');
  supplies.want({ incident, depot, item, quantity });
}
