/** What is due to the levels above and from the townships, as every page of the desk has to know it. */

import { tallyOwed } from '../../board/report';
import type { TaskView } from '../../board/task';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { Asking } from '../../net/asking';
import { incidentApi } from '../../net/incidents';
import { places } from './places.svelte';

const EVERY_MS = 30_000;
/** A county has some hundreds of open tasks on its worst night. */
const TASKS_MAX = 10_000;

class Due {
  tasks = $state.raw<readonly TaskView[]>([]);
  /** The incident whose reports somebody came to see. */
  wanted = $state<string | undefined>(undefined);
  readonly #reports = $derived(this.tasks.filter((task) => task.cause?.reports !== undefined));
  readonly #rounds = $derived(this.tasks.filter((task) => task.cause?.round !== undefined));
  readonly reports = $derived(tallyOwed(this.#reports, clock.now));
  readonly rounds = $derived(tallyOwed(this.#rounds, clock.now));
  #asking = new Asking({
    fetch: () => this.#ask(),
    isVisible: () => document.visibilityState === 'visible',
    onAnswer: () => undefined,
    // What was known stays, goes on counting down, and is asked for again.
    onFailure: () => undefined,
  });

  start(): void {
    this.#asking.every(EVERY_MS);
    live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => event.kind === 'reports_changed')) void this.#asking.ask();
    });
  }

  async #ask(): Promise<void> {
    const { items } = await incidentApi.tasks({ open: 'true', limit: TASKS_MAX });
    this.tasks = items.filter((task) => task.cause?.reports !== undefined || task.cause?.round !== undefined);
  }

  /** Turns the desk to the reports of an incident. */
  open(incident: string | undefined): void {
    this.wanted = incident;
    places.go('reports');
  }
}

export const due = new Due();
