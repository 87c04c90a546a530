/** Hot spots over HTTP. */

import { get, post, search, upload, type Page } from './api';
import type { Finding, HotSpotView, Statistics, Taken } from '../board/hotspot';

export const hotSpotApi = {
  /** The newest first, with what became of all of them. */
  list: (query: { limit: number; open?: 'true' }) => get<Page<HotSpotView> & { statistics: Statistics }>(`/hotspots?${search(query)}`),
  /** A CSV as FIRMS gives it; nothing of a file with a fault is taken. */
  take: (csv: Blob, isDrill: boolean, key: string) => upload<Taken>(`/hotspots?${search({ drill: String(isDrill) })}`, csv, 'text/csv', key),
  settle: (id: string, finding: Finding, note: string, key: string) => post<HotSpotView>(`/hotspots/${id}/finding`, { finding, note }, key),
};
