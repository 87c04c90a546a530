/** The signs of open incidents: the gravest last, so that they lie on top. Pure. */

import type { Severity } from '../board/protocol';
import { SEVERITIES } from '../board/select';
import { layerOf, type Ground, type Place } from './ground';

export interface IncidentSign {
  title: string;
  at: Place;
  /** None while it has not been graded. */
  colour?: Severity;
  isDrill: boolean;
  units: number;
  on_scene: number;
}

/** Returns the signs, the gravest and those in earnest last. */
export function incidentSigns(ground: Ground): IncidentSign[] {
  const rank = ({ colour, isDrill }: IncidentSign): number =>
    (colour === undefined ? SEVERITIES.length : SEVERITIES.indexOf(colour)) + (isDrill ? SEVERITIES.length + 1 : 0);
  const signs = layerOf(ground, 'incidents').flatMap(({ geometry, properties }): IncidentSign[] => {
    if (geometry?.type !== 'Point') return [];
    const { name, colour, drill, units, on_scene } = properties;
    return [{ title: name, at: geometry.coordinates, isDrill: drill, units, on_scene, ...(colour === undefined ? {} : { colour }) }];
  });
  return signs.sort((a, b) => rank(b) - rank(a));
}
