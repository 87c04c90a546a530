/** The address of a calendar, as a person copies it and as a telephone opens it. Pure. */

/** A reading within so long of its making is the making itself. */
const FIRST_MS = 60_000;

export interface Addresses {
  /** What is copied. */
  plain: string;
  /** What a telephone's calendar opens by itself. */
  subscribe: string;
}

/** Returns where a calendar is read; of a post where one is named, else of the account's own duties. */
export function addressesOf(origin: string, path: string, post?: string): Addresses {
  const plain = `${origin}${path}${post === undefined ? '' : `?post=${encodeURIComponent(post)}`}`;
  return { plain, subscribe: plain.replace(/^https?:/, 'webcal:') };
}

/** Tells whether a calendar program has ever read it. */
export function wasRead({ created_at, seen_at }: { created_at: string; seen_at: string }): boolean {
  return Date.parse(seen_at) - Date.parse(created_at) > FIRST_MS;
}
