/** Responses over HTTP: proposed, decided, started, changed, ticked off, ended, looked back at; and what is said of their tasks. */

import { get, post, search, type Page } from './api';
import type { Grade, PlanView, ProposalView, ResponseRow, ResponseView, SummaryView } from '../board/response';

/** By which paper something is decided, and on whose word. */
export interface Order {
  number: string;
  basis: string;
  approver: string;
}

export interface Starting extends Order {
  plan: string;
  level: Grade;
  scope: string[];
  drill: boolean;
}

export interface Proposing {
  plan: string;
  level: Grade;
  scope: string[];
  why: string;
  drill: boolean;
}

export interface Levelling extends Order {
  revision: number;
  level: Grade;
  scope: string[];
}

export interface Taking extends Order {
  level: Grade;
  scope: string[];
  revision?: number;
}

export const responseApi = {
  plans: () => get<Page<PlanView>>('/plans'),
  /** The newest first. */
  list: (query: { open?: 'true'; limit: number }) => get<Page<ResponseRow>>(`/responses?${search(query)}`),
  one: (id: string) => get<ResponseView>(`/responses/${id}`),
  summary: (id: string) => get<SummaryView>(`/responses/${id}/summary`),
  proposals: (query: { waiting?: 'true'; limit: number }) => get<Page<ProposalView>>(`/responses/proposals?${search(query)}`),
  propose: (proposed: Proposing, key: string) => post<ProposalView>('/responses/proposals', proposed, key),
  take: (proposal: string, take: Taking, key: string) => post<ProposalView>(`/responses/proposals/${proposal}/decide`, { take }, key),
  refuse: (proposal: string, reason: string, key: string) => post<ProposalView>(`/responses/proposals/${proposal}/decide`, { reason }, key),
  start: (started: Starting, key: string) => post<ResponseView>('/responses', started, key),
  level: (id: string, changed: Levelling, key: string) => post<ResponseView>(`/responses/${id}/level`, changed, key),
  end: (id: string, ended: Order & { revision: number; reason: string }, key: string) => post<ResponseView>(`/responses/${id}/end`, ended, key),
  tick: (id: string, list: 'checks' | 'conditions', n: number, ticked: boolean, key: string) =>
    post<ResponseView>(`/responses/${id}/${list}/${n}`, { ticked }, key),
  progress: (task: string, note: string, key: string) => post<{ seq: number }>(`/tasks/${task}/progress`, { note }, key),
  complete: (task: string, note: string, key: string) => post<{ seq: number }>(`/tasks/${task}/complete`, { note }, key),
  withdraw: (task: string, reason: string, key: string) => post<{ seq: number }>(`/tasks/${task}/withdraw`, { reason }, key),
};

/** Where the whole of it comes as a workbook. */
export function workbookOf(id: string): string {
  return `/api/v1/responses/${id}.xlsx`;
}
