/** How large a tile may be: as large as lets all be seen at once. In `em` of the board, whose letters on a wall are never below 1.3 em. */

export type SizeName = 'large' | 'medium' | 'small';

export interface Size {
  name: SizeName;
  /** How much its letters are enlarged. */
  zoom: number;
  width: number;
  height: number;
}

/** Between one tile and the next, before they are enlarged. */
export const GAP = 0.5;

/** Each with the gap to the next. */
export const SIZES: readonly [Size, ...Size[]] = [
  sized('large', 1.75, 20.5, 8.25), sized('large', 1.35, 20.5, 8.25), sized('large', 1, 20.5, 8.25), sized('medium', 1, 14.5, 6.25), sized('small', 1, 11.5, 2.75),
];

function sized(name: SizeName, zoom: number, width: number, height: number): Size {
  return { name, zoom, width: width * zoom, height: height * zoom };
}
