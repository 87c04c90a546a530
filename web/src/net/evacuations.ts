/** Moving people and shelters over HTTP as the desk uses them. */

import { get, post, search, type Page } from './api';
import type { CountWay, Evacuation, NewOrder, Plan, Progress, RiskPoint, Shelter, Tally, TallyRow, Transfer } from '../board/evacuation';
import { api } from './api';

/** Older ones are in the journal. */
const LISTED_MAX = 200;
/** Most places that one order empties. */
const TRANSFERS_MAX = 2_000;

export const evacuationApi = {
  /** The newest first, with what all that run or are away add up to. */
  list: () => get<Page<Evacuation> & { total: Tally; rollup: TallyRow[] }>(`/evacuations?${search({ limit: LISTED_MAX })}`),
  one: (id: string) => get<Evacuation>(`/evacuations/${id}`),
  transfers: (id: string) => get<Page<Transfer>>(`/evacuations/${id}/transfers?${search({ limit: TRANSFERS_MAX })}`),
  /** Who would be moved by whom, and nobody is told. */
  preview: (order: NewOrder) => post<Plan>('/evacuations/preview', order),
  order: (order: NewOrder, key: string) => post<Evacuation>('/evacuations', order, key),
  permit: (id: string, permitted_by: string, note: string, key: string) => post<Evacuation>(`/evacuations/${id}/return`, { permitted_by, note }, key),
  progress: (transfer: string, progress: Progress, key: string) => post<Transfer>(`/transfers/${transfer}/progress`, progress, key),
  callOff: (transfer: string, reason: string, key: string) => post<Transfer>(`/transfers/${transfer}/call-off`, { reason }, key),
  returned: (transfer: string, people: number, note: string, key: string) => post<Transfer>(`/transfers/${transfer}/returned`, { people, note }, key),
  shelters: () => get<Page<Shelter>>(`/shelters?${search({ limit: TRANSFERS_MAX })}`),
  count: (shelter: string, way: CountWay, people: number, rest: { note: string; over_capacity?: boolean; reason?: string }, key: string) =>
    post<Shelter>(`/shelters/${shelter}/occupancy`, { [way]: people, ...rest }, key),
  riskPoints: async (): Promise<RiskPoint[]> => {
    const { features } = await api.map(['risk_points']);
    return features.map(({ properties }) => properties as unknown as RiskPoint);
  },
};
