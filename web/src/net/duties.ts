/** My duties, and duty that changes hands, over HTTP. */

import type { Colleague, OwnDuty, SwapRequest, SwapView, Turn } from '../board/swap';
import { get, post, search, type Page } from './api';

export const dutiesApi = {
  mine: (days: number) => get<Page<OwnDuty>>(`/duties/mine?${search({ days })}`),
  /** Who could take a turn over, and who could not and why. */
  colleagues: ({ post: of, from, to }: Turn) => get<Page<Colleague>>(`/duties/colleagues?${search({ post: of, from, to })}`),
  /** The newest first. */
  swaps: () => get<Page<SwapView>>('/swaps'),
  ask: (request: SwapRequest, key: string) => post<{ id: string }>('/swaps', request, key),
  withdraw: (swap: string, key: string) => post<{ seq: number }>(`/swaps/${swap}/withdraw`, { note: '' }, key),
};
