/** What a report is called: 续报（第 2 次）, 灾情统计首报. */

import type { ReportRow } from '../../board/report';
import type { reportWords } from '../../i18n/report';

export function nameOf({ series, stage, ordinal }: Pick<ReportRow, 'series' | 'stage' | 'ordinal'>, t: typeof reportWords.zh): string {
  return `${t.series[series]}${t.stage[stage]}${t.nth(ordinal)}`;
}
