/** What a warning suggests, as `GET /warnings/{id}/suggestion` tells it. Pure. */

import type { Named, Time } from './protocol';

export const PARTS = ['response', 'posts', 'teams', 'risk_points'] as const;
export type Part = (typeof PARTS)[number];

export interface SuggestionView {
  rule: string;
  /** The county's words for it. */
  why: string;
  /** 1 (Ⅰ, gravest) to 4. */
  response: number;
  posts: Named[];
  teams: Named[];
  risk_points: Named[];
  decision?: { taken: Part[]; note: string; by: string; at: Time };
}

/** Returns the parts in which something is suggested: nobody takes up an empty list. */
export function offered(suggestion: SuggestionView): Part[] {
  return PARTS.filter((part) => part === 'response' || suggestion[part].length > 0);
}

/** Returns the response level as people write it: Ⅰ to Ⅳ. */
export function roman(response: number): string {
  return ['Ⅰ', 'Ⅱ', 'Ⅲ', 'Ⅳ'][response - 1] ?? String(response);
}
