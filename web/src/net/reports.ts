/** Reports to the levels above over HTTP. */

import type { IncidentClock, Rank, Report, ReportDossier, ReportStage, ReportWords, Series } from '../board/report';
import type { Time } from '../board/protocol';
import { get, post, search, type Page } from './api';

export interface NewCall {
  series: Series;
  stage: ReportStage;
  to: Rank;
  whom: string;
  at: Time;
  words: string;
}

export const reportApi = {
  /** The newest first. */
  list: (query: { open?: 'true'; limit: number }) => get<Page<Report>>(`/reports?${search(query)}`),
  /** Those that run, of all incidents, the soonest first. */
  clocks: (query: { limit: number }) => get<Page<IncidentClock>>(`/report-clocks?${search({ open: 'true', ...query })}`),
  of: (incident: string) => get<ReportDossier>(`/incidents/${incident}/reports`),
  one: (id: string) => get<Report>(`/reports/${id}`),
  /** Without a stage it is the next that is due. */
  draft: (incident: string, wanted: { series: Series; stage?: ReportStage }, key: string) => post<Report>(`/incidents/${incident}/reports`, wanted, key),
  call: (incident: string, call: NewCall, key: string) => post<ReportDossier>(`/incidents/${incident}/calls`, call, key),
  edit: (id: string, revision: number, words: ReportWords, key: string) => post<Report>(`/reports/${id}/edit`, { revision, ...words }, key),
  check: (id: string, revision: number, key: string) => post<Report>(`/reports/${id}/check`, { revision }, key),
  sign: (id: string, revision: number, ordinal: number | undefined, key: string) =>
    post<Report>(`/reports/${id}/sign`, { revision, ...(ordinal === undefined ? {} : { ordinal }) }, key),
  giveBack: (id: string, reason: string, key: string) => post<Report>(`/reports/${id}/return`, { reason }, key),
  send: (id: string, key: string) => post<Report>(`/reports/${id}/send`, {}, key),
  drop: (id: string, reason: string, key: string) => post<Report>(`/reports/${id}/drop`, { reason }, key),
  /** Where the sheet is that is printed. */
  sheet: (id: string) => `/api/v1/reports/${id}.html`,
};

