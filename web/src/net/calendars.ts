/** Addresses over HTTP from which a calendar program reads duties. */

import type { Time } from '../board/protocol';
import { get, post, request, type Page } from './api';

/** One of the caller's own, without its address. */
export interface Calendar {
  id: string;
  created_at: Time;
  /** To the minute; when it was made where it was never read. */
  seen_at: Time;
}

export const calendarApi = {
  /** The path is told this once. */
  make: (key: string) => post<{ id: string; path: string }>('/calendars', {}, key),
  list: () => get<Page<Calendar>>('/calendars'),
  end: (id: string) => request<null>('DELETE', `/calendars/${id}`),
};
