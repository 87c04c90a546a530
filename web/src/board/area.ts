/** Arithmetic on 12-digit division codes: province 2, city 4, county 6, township 9, village 12 digits. */

const LENGTHS = [2, 4, 6, 9, 12] as const;

/** Returns how many digits of `code` say something. */
function significant(code: string): number {
  return LENGTHS.find((length) => /^0*$/.test(code.slice(length))) ?? 12;
}

/** Tells whether `inner` is `outer` or lies in it. */
export function contains(outer: string, inner: string): boolean {
  return inner.startsWith(outer.slice(0, significant(outer)));
}

/** Returns the area directly below `viewer` in which `area` lies; `viewer` itself for its own posts. */
export function rollupArea(viewer: string, area: string): string {
  const here = significant(viewer);
  const below = LENGTHS.find((length) => length > here);
  if (below === undefined || significant(area) <= here) return viewer;
  return area.slice(0, below).padEnd(12, '0');
}

/** Returns the area that a post (`area/duty`) is in. */
export function areaOfPost(post: string): string {
  const slash = post.indexOf('/');
  return slash < 0 ? post : post.slice(0, slash);
}

/** Returns how wide an area is. */
export function levelOf(code: string): 'province' | 'city' | 'county' | 'township' | 'village' {
  switch (significant(code)) {
    case 2: return 'province';
    case 4: return 'city';
    case 6: return 'county';
    case 9: return 'township';
    default: return 'village';
  }
}
