/** How the sources of warnings are, as `GET /sources` tells it. Pure. */

import type { Time } from './protocol';

export type SourceKind = 'push' | 'cap_feed' | 'nmc' | 'weathercn' | 'qweather' | 'folder';
/** `waiting`: not heard yet; `trouble`: the last attempt failed; `silent`: an alarm. */
export type SourceState = 'heard' | 'waiting' | 'trouble' | 'silent';

export interface SourceView {
  name: string;
  kind: SourceKind;
  state: SourceState;
  heard_at?: Time;
  silent_after_s: number;
  callout?: string;
  trouble?: string;
  /** Messages since the node that answers started. */
  accepted: number;
  known: number;
  elsewhere: number;
  refused: number;
  /** The newest first. */
  faults: { at: Time; why: string }[];
}

const WORST_FIRST: readonly SourceState[] = ['silent', 'trouble', 'waiting', 'heard'];

/** Returns the sources to look at first, then the others; those of one state by name. */
export function worstFirst(sources: readonly SourceView[]): SourceView[] {
  const rank = (source: SourceView): number => WORST_FIRST.indexOf(source.state);
  return [...sources].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'zh-CN'));
}

/** Returns the name of a source as people gave it: a login of this program's own begins with `source:`. */
export function nameOfTeller(login: string): string {
  return login.replace(/^source:/, '');
}
