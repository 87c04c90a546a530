/** The map's colours, read from `tokens.css`, so that there is one place for colours. */

const NAMES = [
  'bg', 'panel', 'raised', 'line', 'text', 'muted', 'faint', 'red', 'orange', 'yellow', 'blue', 'unreached', 'focus', 'map-around',
  'map-land', 'map-border', 'map-river', 'map-road',
] as const;

export type Colours = Record<(typeof NAMES)[number] | 'sans', string>;

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries([...NAMES, 'sans'].map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colours;
}
