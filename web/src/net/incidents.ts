/** Incidents over HTTP as the desk and the wall use them: what is known, who is sent, what is to be done. */

import { get, post, put, search, type Page } from './api';
import type { AssignmentStatus, AssignmentView } from '../board/assignment';
import type { ListedUnit, Recommendations } from '../board/dispatch';
import type { IncidentDetail, IncidentInput, IncidentStage, IncidentView, Point } from '../board/incident';
import type { NewTask, Outcome, TaskView } from '../board/task';

/** Most units that a county lists. */
const UNITS_MAX = 10_000;

export interface Order {
  unit: string;
  order: string;
  need?: string;
  to?: Point;
  eta?: string;
}

export const incidentApi = {
  /** The newest first. */
  list: (query: { open?: 'true' | 'false'; limit: number }) => get<Page<IncidentView>>(`/incidents?${search(query)}`),
  one: (id: string) => get<IncidentDetail>(`/incidents/${id}`),
  kinds: () => get<Page<{ code: string; name: string; name_en: string }>>('/incident-kinds'),
  /** What it may be another report of is said at once. */
  receive: (incident: IncidentInput, key: string) => post<{ id: string; similar: IncidentView[] }>('/incidents', incident, key),
  edit: (id: string, revision: number, incident: IncidentInput, key: string) =>
    put<IncidentDetail>(`/incidents/${id}`, { revision, incident }, key),
  advance: (id: string, stage: IncidentStage, note: string, key: string) => post<{ seq: number }>(`/incidents/${id}/stage`, { stage, note }, key),
  link: (id: string, to: string, key: string) => post<{ seq: number }>(`/incidents/${id}/link`, { to }, key),
  note: (id: string, text: string, key: string) => post<{ seq: number }>(`/incidents/${id}/notes`, { text }, key),
  similar: (id: string) => get<Page<IncidentView>>(`/incidents/${id}/similar`),
  recommend: (id: string, need: string) => get<Recommendations>(`/incidents/${id}/recommendations?${search({ need })}`),
  units: () => get<Page<ListedUnit>>(`/units?${search({ limit: UNITS_MAX })}`),
  bound: () => get<Page<AssignmentView>>(`/assignments?${search({ binding: 'true', limit: UNITS_MAX })}`),
  assign: (id: string, order: Order, key: string) => post<{ id: string; obligation: string }>(`/incidents/${id}/assignments`, order, key),
  /** `back_at` is when it expects to be back. */
  say: (assignment: string, status: AssignmentStatus, note: string, key: string, back_at?: string) =>
    post<{ seq: number }>(`/assignments/${assignment}/status`, { status, note, ...(back_at === undefined ? {} : { back_at }) }, key),
  give: (task: NewTask, key: string) => post<{ ids: string[] }>('/tasks', task, key),
  tasks: (query: { open?: 'true'; limit: number }) => get<Page<TaskView>>(`/tasks?${search(query)}`),
  progress: (task: string, outcome: Outcome, key: string) => post<{ seq: number }>(`/tasks/${task}/progress`, outcome, key),
  complete: (task: string, outcome: Outcome, key: string) => post<{ seq: number }>(`/tasks/${task}/complete`, outcome, key),
  withdrawTask: (task: string, reason: string, key: string) => post<{ seq: number }>(`/tasks/${task}/withdraw`, { reason }, key),
};
