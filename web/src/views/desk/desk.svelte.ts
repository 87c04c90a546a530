/** The desk's own state: which callout, its obligations, the row in hand, what is open on top of it. */

import type { Board } from '../../board/board';
import type { BoardEvent } from '../../board/event';
import { differs, held, listed, NO_FILTER, step, type Filter } from '../../board/list';
import { isIncidentEvent, type IncidentEvent } from '../../board/incident';
import { placeOf } from '../../board/place';
import type { Severity } from '../../board/protocol';
import { callouts, isFollowing, SEVERITIES } from '../../board/select';
import { clock } from '../../clock.svelte';
import { Followed } from '../../followed.svelte';
import { deskWords } from '../../i18n/desk';
import { incidentWords } from '../../i18n/incident';
import { say } from '../../i18n/language.svelte';
import { live } from '../../live.svelte';
import { api } from '../../net/api';
import { sound } from '../../sound.svelte';
import { incidents } from '../dispatch/incidents.svelte';
import { dossier } from './dossier.svelte';

export type Sheet = 'warning' | 'form' | 'end' | 'callout' | 'withdraw' | 'answer' | 'refusals' | 'gauges' | 'help'
  | 'dossier' | 'sources' | IncidentSheet;

/** Sheets of incidents: a new one, a change, another report, another stage, a unit, all units, a new task, a task, several planned. */
export type IncidentSheet = 'take' | 'edit' | 'link' | 'stage' | 'unit' | 'recall' | 'give' | 'task' | 'together';

/** Something new that nobody at this desk has noted yet. */
export interface Alert {
  id: string;
  text: string;
  severity: Severity;
  callout?: string;
  incident?: string;
  obligation?: string;
}

class Desk {
  sheet = $state<Sheet | undefined>(undefined);
  /** The obligation whose story is open. */
  opened = $state<string | undefined>(undefined);
  /** The row in hand. */
  cursor = $state<string | undefined>(undefined);
  /** The warning that the open form changes or ends; none where it issues a new one. */
  filling = $state<string | undefined>(undefined);
  alerts = $state.raw<readonly Alert[]>([]);
  #filter = $state.raw<Filter>(NO_FILTER);
  #chosen = $state<string | undefined>(undefined);
  #shown = $state.raw<readonly string[]>([]);
  /** The posts of the callout. */
  readonly followed = new Followed();

  readonly views = $derived(this.followed.views);
  callouts = $derived(live.board === undefined ? [] : callouts(live.board, clock.now));
  callout = $derived(this.callouts.find((one) => one.id === this.#chosen) ?? this.callouts[0]);
  #wanted = $derived(listed(this.views.values(), this.#filter, live.board?.names ?? new Map()));
  /** While a row is in hand nothing moves under it. */
  rows = $derived(this.cursor === undefined ? this.#wanted : held(this.#shown, this.#wanted));
  hasMoved = $derived(this.cursor !== undefined && differs(this.rows, this.#wanted));
  detail = $derived(this.opened === undefined ? undefined : this.views.get(this.opened));

  get filter(): Filter {
    return this.#filter;
  }

  start(): void {
    live.onEvents((events, board) => this.#follow(events, board));
    $effect.root(() => {
      $effect(() => {
        const id = this.callout?.id;
        if (id !== this.followed.id) this.#turnTo(id);
      });
      $effect(() => sound.demand(gravest(this.alerts)));
    });
  }

  choose(callout: string): void {
    this.#chosen = callout;
    this.narrow({ ...NO_FILTER });
  }

  narrow(filter: Filter): void {
    this.#filter = filter;
    this.cursor = undefined;
  }

  /** Opens the forms for what no message comes for; with a warning, to change or end that one. */
  fill(warning: string | undefined): void {
    this.filling = warning;
    this.sheet = 'form';
  }

  /** Opens the end of a warning that stands. */
  end(warning: string): void {
    this.filling = warning;
    this.sheet = 'end';
  }

  /** Opens what is known, suggested and told of a warning. */
  read(warning: string | undefined): void {
    if (warning === undefined) return;
    dossier.turnTo(warning);
    this.sheet = 'dossier';
  }

  /** Lets the list take its new order. */
  refresh(): void {
    this.#shown = this.#wanted;
  }

  /** Takes a row in hand; the others stay where they are from now on. */
  take(id: string | undefined): void {
    if (this.cursor === undefined) this.#shown = this.#wanted;
    this.cursor = id;
  }

  move(by: number): void {
    this.take(step(this.rows, this.cursor, by));
    if (this.opened !== undefined) void this.open(this.cursor);
  }

  /** Opens the story of an obligation, and asks for what events do not tell. */
  async open(id: string | undefined): Promise<void> {
    this.opened = id;
    if (id === undefined) return;
    try {
      this.followed.learn(await api.obligation(id));
    } catch {
      // What is known already is shown.
    }
  }

  /** Notes everything new: the tone stops. */
  note(): void {
    const last = this.alerts[this.alerts.length - 1];
    this.alerts = [];
    if (last?.incident !== undefined) {
      incidents.open();
      incidents.choose(last.incident);
    } else if (last?.callout !== undefined) this.choose(last.callout);
  }

  /** It was taken down at this desk: nobody has to be told of it here, also where its event came before the answer. */
  takeDown(incident: string): void {
    incidents.own.add(incident);
    this.alerts = this.alerts.filter((alert) => alert.incident !== incident || alert.id !== incident);
  }

  #turnTo(callout: string | undefined): void {
    this.cursor = undefined;
    this.opened = undefined;
    void this.followed.turnTo(callout);
  }

  #follow(events: readonly BoardEvent[], board: Board): void {
    this.followed.follow(events, board);
    const fresh = events.flatMap((event) => alertOf(event, board));
    if (fresh.length > 0) this.alerts = [...this.alerts, ...fresh];
  }
}

export const desk = new Desk();

function alertOf(event: BoardEvent, board: Board): Alert[] {
  const t = say(deskWords);
  if (event.kind === 'callout_opened' && !isFollowing(event.data.kind)) {
    const { id, subject, severity } = event.data;
    return [{ id, text: t.alertOpened(subject), severity, callout: id }];
  }
  if (isIncidentEvent(event)) return incidentAlert(event, board);
  if (event.kind !== 'obligation_unreached') return [];
  const { id, callout } = event.data;
  const view = board.open.items.get(id);
  const where = view === undefined ? id : `${placeOf(board.names, view.area, view.area_name)} ${view.post_title}`;
  return [{ id, text: t.alertUnreached(where), severity: view?.severity ?? 'red', callout, obligation: id }];
}

function incidentAlert(event: IncidentEvent, board: Board): Alert[] {
  const t = say(incidentWords);
  if (event.kind === 'incidents_changed' || (event.kind === 'incident_received' && incidents.own.has(event.data.id))) return [];
  if (event.kind === 'incident_received') {
    const { id, particulars } = event.data;
    const title = particulars?.place.address ?? '';
    return [{ id, text: t.alertNew(title === '' ? id : title), severity: SEVERITIES[(particulars?.level ?? 3) - 1] ?? 'yellow', incident: id }];
  }
  const { id, unit, incident } = event.data;
  const name = board.names.get(unit) ?? incidents.detail?.assignments.find((one) => one.unit === unit)?.unit_name ?? unit;
  if (event.kind === 'assignment_stalled') return [{ id, text: t.alertStalled(name), severity: 'orange', incident }];
  return event.data.to === 'declined' ? [{ id, text: t.alertDeclined(name), severity: 'orange', incident }] : [];
}

function gravest(alerts: readonly Alert[]): Severity | undefined {
  return SEVERITIES.find((severity) => alerts.some((alert) => alert.severity === severity));
}
