/** What draws the map: WebGL where there is any, else a plain canvas. Both draw the same. */

import type { Box, ClusterItem, MapView } from '../board/protocol';
import type { Colours } from './colours';
import type { GaugeMark } from './gauges';
import type { Ground, Place, TownshipLabel } from './ground';
import type { UnitMark } from './marks';
import type { Margin } from './projection';

export interface Face {
  /** Draws what stands still. */
  setGround(ground: Ground): void;
  /** Names the townships, tinted by how many have answered. */
  setTownships(labels: readonly TownshipLabel[]): void;
  setFleet(marks: ReadonlyMap<string, UnitMark>, clusters: readonly ClusterItem[]): void;
  setGauges(marks: readonly GaugeMark[]): void;
  /** Rings a unit; none without one. */
  choose(unit: string | undefined): void;
  /** By levels: 1 is twice as near. */
  zoomBy(levels: number): void;
  /** Shows everything. */
  fit(): void;
  /** Returns the place in the middle of the view. */
  centre(): Place;
  /** Takes the size that its place has now. */
  resize(): void;
  remove(): void;
}

export interface FaceOptions {
  container: HTMLElement;
  /** What there is to see; the map does not go far beyond it. */
  bounds: Box;
  /** How much larger than at 16 px a rem everything is drawn. */
  scale: number;
  /** What is left free around what is shown whole, before it is scaled. */
  margin: Margin;
  colours: Colours;
  words: FaceWords;
  onView(view: MapView): void;
  onPick(unit: string | undefined): void;
  /** Somebody clicked this place. */
  onPlace(at: Place): void;
  /** It cannot draw any more. */
  onFail(): void;
}

/** What is written on the map itself. */
export interface FaceWords {
  label: string;
  /** One character for a unit's kind, a site's layer, or what a gauge measures or has reached. */
  glyph(kind: string): string;
  unreached(n: number): string;
  /** How many are sent to an incident, and how many are there. */
  sent(units: number, on_scene: number): string;
}

/** How much of the view is left free around what is shown whole: the legend lies at the bottom. */
export const MARGIN: Margin = { top: 20, right: 20, bottom: 120, left: 20 };
/** The same where the map is small and looked at from near by: its legend is one line, and everything is smaller. */
export const SMALL_MARGIN: Margin = { top: 15, right: 15, bottom: 60, left: 15 };
export const SMALL_SCALE = 0.65;
/** Where nothing ever drives: who looks there is told of nothing that moves. */
export const NOWHERE: MapView = { bbox: [0, 0, 0.001, 0.001], zoom: 22 };
/** How large signs are while all is in view; near by they are whole. */
export const FAR_SIZE = 0.58;
/** The map goes so much nearer than the whole, and so much farther away. */
export const ZOOM_RANGE = 6;
export const FARTHER = 0.5;
/** Names of villages, sites and units are drawn from so much nearer than the whole. */
export const NAMES_FROM = 2;
/** Sites are drawn from so much nearer than the whole. */
export const SITES_FROM = 0.8;
/** A view is told once it has rested so long. */
export const VIEW_REST_MS = 150;
