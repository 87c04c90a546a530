/** Swaps to approve and posts that are handed over by signature, over HTTP as the desk uses them. */

import type { Handover, Matters, SignRequest } from '../board/handover';
import type { SwapView } from '../board/swap';
import { get, post, search, type Page } from './api';

export const handoverApi = {
  /** Those of which something may still come. */
  openSwaps: () => get<Page<SwapView>>('/swaps?open=true'),
  approve: (swap: string, key: string) => post<{ seq: number }>(`/swaps/${swap}/approve`, {}, key),
  refuse: (swap: string, note: string, key: string) => post<{ seq: number }>(`/swaps/${swap}/refuse`, { note }, key),
  withdraw: (swap: string, note: string, key: string) => post<{ seq: number }>(`/swaps/${swap}/withdraw`, { note }, key),
  /** Those that somebody still has to sign. */
  open: () => get<Page<Handover>>('/handovers?open=true'),
  /** The newest first. */
  all: () => get<Page<Handover>>('/handovers'),
  one: (id: string) => get<Handover>(`/handovers/${id}`),
  /** What is open at a post now. */
  matters: (of: string) => get<Matters>(`/handovers/matters?${search({ post: of })}`),
  sign: (request: SignRequest, key: string) => post<{ id: string }>('/handovers', request, key),
};
