/** Orders to my units and my tasks: asked for when they may have changed, remembered for a page without a network. */

import type { AssignmentStatus, AssignmentView } from '../../board/assignment';
import { binds } from '../../board/assignment';
import { isIncidentEvent } from '../../board/incident';
import { byLight, type Outcome, type TaskView } from '../../board/task';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { get, type Page } from '../../net/api';
import { Asking } from '../../net/asking';
import type { Letter } from '../../net/outbox';
import { ORDERS_MEMORY, phone } from './phone.svelte';

const EVERY_MS = 60_000;
const GATHER_MS = 300;
const LISTED_MAX = 30;

interface Known {
  assignments: readonly AssignmentView[];
  tasks: readonly TaskView[];
}

class Orders {
  #known = $state.raw<Known>({ assignments: [], tasks: [] });
  /** Those that I still have to do something about: at work, or on the way back. */
  readonly assignments = $derived(this.#known.assignments.filter(({ status }) => binds(status) || status === 'done' || status === 'recalled'));
  readonly tasks = $derived([...this.#known.tasks].sort(byLight(clock.now)));
  #gathering = false;
  #asking = new Asking<Known>({
    fetch: async () => {
      const [assignments, tasks] = await Promise.all([
        get<Page<AssignmentView>>(`/assignments?mine=true&limit=${LISTED_MAX}`), get<Page<TaskView>>(`/tasks?mine=true&open=true&limit=${LISTED_MAX}`),
      ]);
      return { assignments: assignments.items, tasks: tasks.items };
    },
    isVisible: () => document.visibilityState === 'visible' && live.board?.me.person !== undefined,
    onAnswer: (known) => this.#learn(known),
    // What was known stays.
    onFailure: () => undefined,
  });

  start(): void {
    try {
      this.#known = JSON.parse(localStorage.getItem(ORDERS_MEMORY) ?? 'null') as Known | null ?? this.#known;
    } catch {
      // A memory that cannot be read is no memory.
    }
    this.#asking.every(EVERY_MS);
    live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => isIncidentEvent(event) || event.kind === 'obligation_answered')) this.#gather();
    });
  }

  /** Returns the last word said here about an order or a task. */
  letterFor(id: string): Letter | undefined {
    return phone.letterFor(id);
  }

  /** How far it is, with what was said here and has not come back yet. */
  statusOf(one: AssignmentView): AssignmentStatus {
    const letter = this.letterFor(one.id);
    const isAhead = letter !== undefined && letter.step !== 'refused' && Date.parse(letter.at) > Date.parse(one.since);
    return isAhead ? letter.report?.body['status'] as AssignmentStatus : one.status;
  }

  say(one: AssignmentView, status: AssignmentStatus, note = ''): void {
    phone.report(one.id, one.incident_title, { path: `/assignments/${one.id}/status`, body: { status, note } });
  }

  finish(task: TaskView, outcome: Outcome): void {
    phone.report(task.id, task.title, { path: `/tasks/${task.id}/complete`, body: { ...outcome } });
  }

  #gather(): void {
    if (this.#gathering || live.board?.me.person === undefined) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      void this.#asking.ask();
    }, GATHER_MS);
  }

  #learn(known: Known): void {
    this.#known = known;
    try {
      localStorage.setItem(ORDERS_MEMORY, JSON.stringify(known));
    } catch {
      // Without a memory the page needs the network to open.
    }
  }
}

export const orders = new Orders();
