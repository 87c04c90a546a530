/** What can be done with the report in hand, by whom, and what comes next. */

import { isOpenReport, rowOf, type Progress } from '../../board/report';
import type { Role } from '../../board/protocol';
import { mayDispatch, maySign } from '../../roles';
import { reportApi } from '../../net/reports';
import { reports, type ReportDetail } from './reports.svelte';

export interface Me {
  login: string;
  role: Role;
}

/** What comes next: nothing where it is over. */
export type Next = Exclude<Progress, 'dropped'>;

/** Returns the step that a report is to take next. */
export function nextOf({ row: { report } }: ReportDetail): Next | undefined {
  switch (report?.state) {
    case undefined: return 'drafted';
    case 'drafted': return 'checked';
    case 'checked': return 'signed';
    case 'signed': return 'sent';
    case 'sent':
    case 'dropped': return undefined;
  }
}

/** Tells whether `me` may take a step now. */
export function can(step: Next, detail: ReportDetail, me: Me, isDirty: boolean): boolean {
  if (step === 'drafted') return mayDispatch(me.role) && !isWaiting(detail);
  const may = step === 'signed' ? maySign(me.role) && !isOwn(detail, me) : mayDispatch(me.role);
  return may && !isDirty && nextOf(detail) === step;
}

/** Whoever drafted it does not sign it. */
export function isOwn({ row }: ReportDetail, me: Me): boolean {
  return row.report?.drafted.by === me.login;
}

/** Tells whether another report of the same series has to go out first. */
function isWaiting({ row, dossier }: ReportDetail): boolean {
  return dossier.reports.some((report) => report.series === row.series && isOpenReport(report));
}

/** Drafts what is due; where that has been written, what comes after it. */
export async function draft({ row }: ReportDetail): Promise<void> {
  const isDue = row.report === undefined && row.clocks.length > 0;
  const wanted = { series: row.series, ...(isDue ? { stage: row.stage } : {}) };
  const done = await reports.write.send((key) => reportApi.draft(row.incident, wanted, key), `draft ${row.id} ${row.report?.id ?? ''}`);
  if (done === undefined) return;
  await reports.listing.refresh();
  reports.listing.choose(rowOf(done).id);
}

export async function check({ row: { report } }: ReportDetail): Promise<void> {
  if (report === undefined) return;
  const done = await reports.write.send((key) => reportApi.check(report.id, report.revision, key), `check ${report.id} ${report.revision}`);
  if (done !== undefined) await reports.listing.refresh();
}

/** Opens the sheet that is printed, and the printer's dialog over it. */
export function print({ row: { report } }: ReportDetail): void {
  if (report === undefined) return;
  const sheet = window.open(reportApi.sheet(report.id), '_blank');
  sheet?.addEventListener('load', () => sheet.print());
}
