/** Web Mercator as both faces use it: a world of 512 pixels at zoom 0. Pure. */

import type { Box } from '../board/protocol';
import type { Place } from './ground';

const WORLD_PX = 512;

/** What a picture of so many pixels shows. */
export interface Camera {
  centre: Place;
  zoom: number;
  width: number;
  height: number;
}

/** Pixels that are left free at each edge. */
export type Margin = Readonly<Record<'top' | 'right' | 'bottom' | 'left', number>>;

/** Returns the pixels, from the left and from the top, at which a place is drawn. */
export function project(camera: Camera, place: Place): [number, number] {
  const size = WORLD_PX * 2 ** camera.zoom;
  const [x, y] = unit(place);
  const [centreX, centreY] = unit(camera.centre);
  return [(x - centreX) * size + camera.width / 2, (y - centreY) * size + camera.height / 2];
}

/** Returns the place that is drawn at these pixels. */
export function unproject(camera: Camera, [left, top]: readonly [number, number]): Place {
  const size = WORLD_PX * 2 ** camera.zoom;
  const [centreX, centreY] = unit(camera.centre);
  const x = centreX + (left - camera.width / 2) / size;
  const y = centreY + (top - camera.height / 2) / size;
  return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}

/** Returns the nearest camera that shows all of a box within margins. */
export function fitted([west, south, east, north]: Box, width: number, height: number, margin: Margin): Camera {
  const [left, bottom] = unit([west, south]);
  const [right, top] = unit([east, north]);
  const across = Math.max(1, width - margin.left - margin.right);
  const down = Math.max(1, height - margin.top - margin.bottom);
  const size = Math.min(across / Math.max(right - left, 1e-9), down / Math.max(bottom - top, 1e-9));
  const flat = { centre: [0, 0] as Place, zoom: Math.log2(size / WORLD_PX), width, height };
  // The middle of the box lies in the middle of what the margins leave.
  const x = ((left + right) / 2 - 0.5) * size + width / 2 + (margin.right - margin.left) / 2;
  const y = ((top + bottom) / 2 - 0.5) * size + height / 2 + (margin.bottom - margin.top) / 2;
  return { ...flat, centre: unproject(flat, [x, y]) };
}

/** Returns margins so many times as wide. */
export function scaled({ top, right, bottom, left }: Margin, scale: number): Margin {
  return { top: top * scale, right: right * scale, bottom: bottom * scale, left: left * scale };
}

/** Returns the box that a camera shows. */
export function boxOf(camera: Camera): Box {
  const [west, north] = unproject(camera, [0, 0]);
  const [east, south] = unproject(camera, [camera.width, camera.height]);
  return [west, south, east, north];
}

/** Returns a place on a square of side 1, from the left and from the top. */
function unit([lon, lat]: Place): [number, number] {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(lon + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}
