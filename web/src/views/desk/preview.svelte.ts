/** Who would be called by what a form holds now: asked once it has rested, and never of what it held before. */

import { describe } from '../../i18n/errors';
import { api, type EndedWarning, type FilledForm, type Preview as Seen } from '../../net/api';

const REST_MS = 250;

export class Preview {
  seen = $state.raw<Seen | undefined>(undefined);
  error = $state('');
  isLooking = $state(false);
  #wanted = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks at a filled form; without one nothing is known. */
  look(filled: FilledForm | EndedWarning | undefined): void {
    const wanted = filled === undefined ? '' : JSON.stringify(filled);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.seen = undefined;
    this.error = '';
    this.isLooking = filled !== undefined;
    clearTimeout(this.#timer);
    if (filled !== undefined) this.#timer = setTimeout(() => void this.#ask(filled, wanted), REST_MS);
  }

  async #ask(filled: FilledForm | EndedWarning, wanted: string): Promise<void> {
    try {
      const seen = await api.previewWarning(filled);
      if (this.#wanted === wanted) this.seen = seen;
    } catch (cause) {
      if (this.#wanted === wanted) this.error = describe(cause);
    } finally {
      if (this.#wanted === wanted) this.isLooking = false;
    }
  }
}
