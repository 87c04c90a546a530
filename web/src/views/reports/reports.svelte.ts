/** What the page of reports shows: every report that is due, written or sent, the one in hand, and what is typed of it. */

import { freeRow, isAboutReportsOf, isReportEvent, mostUrgentFirst, rowsOf, rowsOfAll, type Report, type ReportDossier, type ReportRow } from '../../board/report';
import type { IncidentDetail } from '../../board/incident';
import { say } from '../../i18n/language.svelte';
import { reportWords } from '../../i18n/report';
import { live } from '../../live.svelte';
import { incidentApi } from '../../net/incidents';
import { reportApi } from '../../net/reports';
import { due } from '../desk/due.svelte';
import { Write } from '../desk/write.svelte';
import { incidents } from '../dispatch/incidents.svelte';
import { Listing } from '../page/listing.svelte';
import { ReportForm } from './form.svelte';

/** Those that nobody has sent: a county has some tens. */
const OPEN_MAX = 500;
/** Two for each incident that is to be reported now. */
const CLOCKS_MAX = 2_000;
/** Those that went before, below them. */
const RECENT_MAX = 40;

export type ReportSheet = 'call' | 'sign' | 'return' | 'send' | 'drop';

/** What a report is about. */
export interface About {
  title: string;
  kind_name: string;
  drill: boolean;
}

export interface ReportDetail {
  row: ReportRow;
  dossier: ReportDossier;
  incident: IncidentDetail;
}

class Reports {
  sheet = $state<ReportSheet | undefined>(undefined);
  /** What the listed reports are about. */
  #about = $state.raw<ReadonlyMap<string, About>>(new Map());
  /** For what is done by one key. */
  readonly write = new Write(() => say(reportWords).fields);
  readonly listing: Listing<ReportRow, ReportDetail> = new Listing<ReportRow, ReportDetail>({
    list: () => this.#list(), idOf: (row) => row.id, one: (id) => this.#one(id), concerns: isReportEvent,
    changes: (event, id) => isAboutReportsOf(this.#incidentOf(id), event),
  });
  #forms = new Map<string, ReportForm>();

  about(incident: string): About | undefined {
    return incidents.rows.find((one) => one.id === incident) ?? this.#about.get(incident);
  }

  /** Returns what is typed of a report, kept while others are looked at. */
  formOf(report: Report): ReportForm {
    const known = this.#forms.get(report.id) ?? new ReportForm(report, live.board?.me.login ?? '');
    this.#forms.set(report.id, known);
    return known;
  }

  /** Takes the most urgent report of the wanted incident in hand; one that is in the list no more is left. */
  settle(): void {
    const { rows, chosen } = this.listing;
    const wanted = rows.find((row) => row.incident === due.wanted);
    if (due.wanted !== undefined && wanted !== undefined) {
      due.wanted = undefined;
      this.listing.choose(wanted.id);
    } else if (rows.length > 0 && !rows.some((row) => row.id === chosen)) this.listing.choose(rows[0]?.id);
  }

  async #list(): Promise<ReportRow[]> {
    const [running, open, recent] = await Promise.all([
      reportApi.clocks({ limit: CLOCKS_MAX }), reportApi.list({ open: 'true', limit: OPEN_MAX }), reportApi.list({ limit: RECENT_MAX }),
    ]);
    const begun = new Set(open.items.map((report) => report.id));
    const reports = [...open.items, ...recent.items.filter((report) => !begun.has(report.id))];
    const known = [...running.items, ...reports].map(({ incident, incident_title, incident_kind, drill }): [string, About] =>
      [incident, { title: incident_title, kind_name: incident_kind, drill }]);
    const rows = rowsOfAll(running.items, reports);
    const free = this.#free().filter((id) => !rows.some((row) => row.incident === id && row.series === 'incident'));
    // What was looked at stays named, also where nothing is due of it.
    this.#about = new Map([...free.flatMap((id): [string, About][] => { const about = this.about(id); return about === undefined ? [] : [[id, about]]; }), ...known]);
    return [...rows, ...free.map(freeRow)].sort(mostUrgentFirst);
  }

  /** The incident that somebody came for stays listed while its report is in hand, also where no rule asks for one. */
  #free(): string[] {
    const chosen = this.listing.chosen?.match(/^i-\d+/)?.[0];
    return [...new Set([due.wanted, chosen].filter((id) => id !== undefined))];
  }

  async #one(id: string): Promise<ReportDetail> {
    const known = this.listing.rows.find((row) => row.id === id);
    const incident = this.#incidentOf(id);
    const [dossier, detail] = await Promise.all([reportApi.of(incident), incidentApi.one(incident)]);
    const row = rowsOf(dossier).find((one) => one.id === id) ?? known ?? freeRow(incident);
    // Here and not where it is shown: what is made while the page reckons is not followed by it.
    if (row.report !== undefined) this.formOf(row.report).see(row.report);
    this.#about = new Map(this.#about).set(incident, detail);
    return { row, dossier, incident: detail };
  }

  #incidentOf(id: string): string {
    return this.listing.rows.find((row) => row.id === id)?.incident ?? id.split('.')[0] ?? id;
  }
}

export const reports = new Reports();
