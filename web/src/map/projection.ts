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

/** Returns the nearest camera that shows all of a box. */
export function fitted([west, south, east, north]: Box, width: number, height: number, padding: number): Camera {
  const [left, bottom] = unit([west, south]);
  const [right, top] = unit([east, north]);
  const room = (pixels: number): number => Math.max(1, pixels - 2 * padding);
  const scale = Math.min(room(width) / Math.max(right - left, 1e-9), room(height) / Math.max(bottom - top, 1e-9));
  const flat = { centre: [0, 0] as Place, zoom: 0, width: 0, height: 0 };
  const middle: [number, number] = [((left + right) / 2 - 0.5) * WORLD_PX, ((top + bottom) / 2 - 0.5) * WORLD_PX];
  return { centre: unproject(flat, middle), zoom: Math.log2(scale / WORLD_PX), width, height };
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
