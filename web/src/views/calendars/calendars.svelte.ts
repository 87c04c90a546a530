/** The calendars of whoever is logged in, and the address of one that was just made. */

import { describe } from '../../i18n/errors';
import { newKey, Unreachable } from '../../net/api';
import { calendarApi, type Calendar } from '../../net/calendars';
import { Asked } from '../page/asked.svelte';

export class Calendars {
  isBusy = $state(false);
  error = $state('');
  /** Below this origin; forgotten with the page. */
  path = $state<string | undefined>(undefined);
  // No event tells of them: they are the login's own.
  readonly asked = new Asked<readonly Calendar[]>(async () => (await calendarApi.list()).items, () => false);
  #key = newKey();

  make(): Promise<void> {
    return this.#do(async () => {
      this.path = (await calendarApi.make(this.#key)).path;
    });
  }

  end(id: string): Promise<void> {
    return this.#do(() => calendarApi.end(id));
  }

  /** A repeat after a broken connection says the same key, so that it is done once. */
  async #do(act: () => Promise<unknown>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = '';
    try {
      await act();
      this.#key = newKey();
    } catch (cause) {
      if (!(cause instanceof Unreachable)) this.#key = newKey();
      this.error = describe(cause);
    } finally {
      this.isBusy = false;
    }
    await this.asked.ask();
  }
}
