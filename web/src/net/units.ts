/** Units, closed roads and plans for several incidents over HTTP, as the desk uses them. */

import { get, post, request, search, type Page } from './api';
import type { AssignmentView } from '../board/assignment';
import type { ClosureView, NewClosure } from '../board/closure';
import type { Proposal } from '../board/proposal';
import type { Covered, Readiness, UnitView } from '../board/unit';

/** Most units that a county lists. */
const UNITS_MAX = 10_000;
/** A county's orders of some days. */
const ORDERS_MAX = 2_000;

export const unitApi = {
  list: () => get<Page<UnitView>>(`/units?${search({ limit: UNITS_MAX })}`),
  /** The newest first, those that are over too. */
  assignments: () => get<Page<AssignmentView>>(`/assignments?${search({ limit: ORDERS_MAX })}`),
  /** Those not over, however old. */
  bound: () => get<Page<AssignmentView>>(`/assignments?${search({ binding: 'true', limit: UNITS_MAX })}`),
  ready: (unit: string, readiness: Readiness, key: string) => post<{ seq: number }>(`/units/${unit}/readiness`, readiness, key),
  coverage: () => get<Page<Covered>>('/dispatch/coverage'),
  propose: (incidents: readonly { id: string; need: string }[]) => post<Proposal>('/dispatch/proposal', { incidents }),
  closures: () => get<Page<ClosureView>>('/closures'),
  close: (closure: NewClosure, key: string) => post<{ id: string }>('/closures', closure, key),
  reopen: (closure: string, key: string) => request<null>('DELETE', `/closures/${closure}`, undefined, key),
};
