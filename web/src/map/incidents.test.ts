import { expect, it } from 'vitest';

import type { GroundFeature } from './ground';
import { incidentSigns } from './incidents';

it('the gravest incident in earnest lies on top, and one without a place is not drawn', () => {
  const ground = [incident('drill', 'red', true), incident('red', 'red'), incident('ungraded'), incident('blue', 'blue'), { ...incident('nowhere', 'red'), geometry: null }];
  expect(incidentSigns(ground).map((one) => one.title)).toEqual(['drill', 'ungraded', 'blue', 'red']);
});

function incident(name: string, colour?: 'red' | 'blue', drill = false): GroundFeature {
  const known = { layer: 'incidents' as const, id: name, name, incident: name, kind: '11A04', stage: 'handling' as const, drill, units: 0, on_scene: 0 };
  return {
    type: 'Feature', id: `incidents/${name}`, geometry: { type: 'Point', coordinates: [114.4, 35.6] },
    properties: colour === undefined ? known : { ...known, colour },
  };
}
