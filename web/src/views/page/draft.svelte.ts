/** What somebody is writing, kept in this tab until it is sent: a page that is loaded again, or that died, loses nothing. */

const SLOT = 'jiaoying.draft';

export class Draft<T extends object> {
  /** What is shown was written before the page was loaded, or before the form was closed. */
  isRestored = $state(false);
  readonly #slot: string;
  readonly #blank: T;

  /** Of a form of somebody's; `blank` is what it is while nothing is written. */
  constructor(who: string, form: string, blank: T) {
    this.#slot = `${SLOT}.${who}.${form}`;
    this.#blank = blank;
  }

  /** Returns what was written; what the form has gained since is blank. */
  recall(): T {
    try {
      const kept = sessionStorage.getItem(this.#slot);
      this.isRestored = kept !== null;
      return kept === null ? this.#blank : { ...this.#blank, ...(JSON.parse(kept) as Partial<T>) };
    } catch {
      this.isRestored = false;
      return this.#blank;
    }
  }

  /** Keeps what is written now; nothing where that is nothing. */
  keep(written: T): void {
    try {
      const text = JSON.stringify(written);
      if (text === JSON.stringify(this.#blank)) sessionStorage.removeItem(this.#slot);
      else sessionStorage.setItem(this.#slot, text);
    } catch {
      // A browser that keeps nothing loses it with the page.
    }
  }

  /** Forgets it: it was sent, or is not wanted. Returns the blank form. */
  forget(): T {
    this.isRestored = false;
    try {
      sessionStorage.removeItem(this.#slot);
    } catch {
      // Then nothing was kept either.
    }
    return this.#blank;
  }
}
