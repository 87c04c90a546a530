/** More people on duty than usual, over HTTP: where they are wanted, and what is decided about it. */

import type { DeclineRequest, SendRequest, Wanted } from '../board/reinforcement';
import { get, post, type Page } from './api';

export const reinforcementApi = {
  wanted: () => get<Page<Wanted>>('/reinforcements'),
  /** Puts people on duty, and calls them now. */
  send: (request: SendRequest, key: string) => post<null>('/reinforcements', request, key),
  /** It is not asked for again for as long as people would have been on duty. */
  decline: (request: DeclineRequest, key: string) => post<null>('/reinforcements/decline', request, key),
};
