/** Supplies over HTTP as the desk uses them. */

import { get, post, search, type Page } from './api';
import type { Item, ItemStock, Movement, NewHold, NewStep, Readiness, Shortages, Step } from '../board/supply';

/** A county's list of a bad week; older ones are in the workbook. */
const LISTED_MAX = 200;
const ROOT = '/api/v1/supplies';

export const supplyApi = {
  catalogue: () => get<Page<Item>>('/supplies/catalogue'),
  stock: (item?: string) => get<Page<ItemStock>>(`/supplies/stock?${search({ item })}`),
  shortages: () => get<Shortages>('/supplies/shortages'),
  readiness: (level: number, areas: readonly string[]) =>
    get<Readiness>(`/supplies/readiness?${search({ level, areas: areas.length === 0 ? undefined : areas.join(',') })}`),
  /** The newest first. */
  movements: (query: { open?: 'true'; overdue?: 'true' }) => get<Page<Movement>>(`/supplies/movements?${search({ limit: LISTED_MAX, ...query })}`),
  movement: (id: string) => get<Movement>(`/supplies/movements/${id}`),
  hold: (hold: NewHold, key: string) => post<Movement>('/supplies/holds', hold, key),
  step: (id: string, step: Step, taken: NewStep, key: string) => post<Movement>(`/supplies/movements/${id}/${step}`, taken, key),
  paper: (id: string, paper: string, revision: number, key: string) =>
    post<Movement>(`/supplies/movements/${id}/paper`, { paper, revision }, key),
};

export const STOCK_BOOK = `${ROOT}/stock.xlsx`;
export const MOVEMENT_BOOK = `${ROOT}/movements.xlsx`;

/** The transfer order as a page to be printed. */
export function sheetOf(movement: string): string {
  return `${ROOT}/movements/${movement}/order.html`;
}
