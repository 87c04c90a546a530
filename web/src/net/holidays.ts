/** The days of each year that are not what their weekday says, over HTTP. */

import type { Year } from '../board/holidays';
import { get, put, type Page } from './api';

export const holidayApi = {
  /** Those that have been entered. */
  years: () => get<Page<Year>>('/holidays'),
  put: ({ year, off, worked, special }: Year, key: string) => put<{ seq: number }>(`/holidays/${year}`, { off, worked, special }, key),
};
