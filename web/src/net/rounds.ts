/** Rounds in which every township reports, over HTTP. */

import type { Cadence, Round, RoundReturn } from '../board/round';
import { get, post, search, type Page } from './api';

/** A round of the rules: at these times of every day. */
export interface RoundRule {
  id: string;
  zh: string;
  en: string;
  times: string[];
  source: string;
  confirmed: boolean;
}

export interface NewCadence {
  rule: string;
  areas: readonly string[];
  reason: string;
  drill: boolean;
}

export const roundApi = {
  rules: () => get<{ round: RoundRule[] }>('/deadlines'),
  cadences: () => get<Page<Cadence>>('/cadences'),
  start: (wanted: NewCadence, key: string) => post<Cadence>('/cadences', wanted, key),
  end: (cadence: string, reason: string, key: string) => post<Cadence>(`/cadences/${cadence}/end`, { reason }, key),
  /** The newest first. */
  list: (cadence: string, limit: number) => get<Page<Round>>(`/rounds?${search({ cadence, limit })}`),
  /** Answers for a township, or puts its answer right. */
  answer: (round: string, area: string, answer: RoundReturn, key: string) => post<Round>(`/rounds/${round}/returns`, { area, answer }, key),
};
