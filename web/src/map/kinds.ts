/** What units there are, as the server names their kinds. */

export const UNIT_KINDS = [
  'team', 'boat', 'rubber_boat', 'pump_truck', 'fire_engine', 'water_tanker', 'ladder_truck', 'rescue_truck', 'ambulance',
  'command_vehicle', 'radio_vehicle', 'patrol_car', 'loudspeaker_van', 'bus', 'pickup', 'truck', 'tipper', 'flatbed', 'tow_truck',
  'excavator', 'loader', 'bulldozer', 'crane', 'generator', 'lighting_truck', 'drone', 'snow_plough', 'other',
] as const;

export type UnitKind = (typeof UNIT_KINDS)[number];

/** Returns the kind; one that a newer server knows is something else. */
export function kindOf(name: string): UnitKind {
  return UNIT_KINDS.find((kind) => kind === name) ?? 'other';
}
