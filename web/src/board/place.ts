/** Where something is, as people say it: 黎阳街道 东街村. */

import { levelOf } from './area';

/** Returns the area's name, after its township's where it is a village. */
export function placeOf(names: ReadonlyMap<string, string>, area: string, name: string): string {
  if (levelOf(area) !== 'village') return name;
  const township = names.get(`${area.slice(0, 9)}000`);
  return township === undefined ? name : `${township} ${name}`;
}

/** Returns the post's title without the place it begins with: 示例县 示例县值班员 says it twice. */
export function postOf(post: { post_title: string; area_name: string }): string {
  const { post_title, area_name } = post;
  const rest = post_title.startsWith(area_name) ? post_title.slice(area_name.length).trim() : '';
  return rest === '' ? post_title : rest;
}
