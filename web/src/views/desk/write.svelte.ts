/** Writes to the server as a form sees them, one at a time: under way, refused with a field, each done once. */

import { deskWords } from '../../i18n/desk';
import { describe, fieldOf } from '../../i18n/errors';
import { say } from '../../i18n/language.svelte';
import { newKey, Refused, Unreachable } from '../../net/api';

export class Write {
  isBusy = $state(false);
  /** What is wrong, naming the field. */
  error = $state('');
  field = $state<string | undefined>(undefined);
  /** What the server calls it. */
  code = $state<string | undefined>(undefined);
  #key = newKey();
  #about = '';
  /** What the form calls its fields, beside what every form does. */
  #names: () => Readonly<Record<string, string>>;

  constructor(names: () => Readonly<Record<string, string>> = () => ({})) {
    this.#names = names;
  }

  /** Says that a field is missing. */
  miss(field: string): void {
    const t = say(deskWords);
    this.field = field;
    this.error = t.inField(this.#nameOf(field), t.required);
  }

  /**
   * Sends; a repeat after a broken connection says the same key, so that it is done once. A form that writes more than
   * one thing says what each is `about`: another thing under a key that was used would not be done at all.
   */
  async send<T>(act: (key: string) => Promise<T>, about = ''): Promise<T | undefined> {
    if (this.isBusy) return undefined;
    if (about !== this.#about) this.#key = newKey();
    this.#about = about;
    this.isBusy = true;
    this.error = '';
    this.field = undefined;
    this.code = undefined;
    try {
      const done = await act(this.#key);
      this.#key = newKey();
      return done;
    } catch (cause) {
      if (!(cause instanceof Unreachable)) this.#key = newKey();
      this.#refuse(cause);
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }

  #nameOf(field: string): string {
    return this.#names()[field] ?? say(deskWords).fields[field] ?? field;
  }

  #refuse(cause: unknown): void {
    const t = say(deskWords);
    const why = describe(cause);
    this.code = cause instanceof Refused ? cause.code : undefined;
    this.field = fieldOf(cause)?.replace(/[[.].*$/, '');
    this.error = this.field === undefined ? why : t.inField(this.#nameOf(this.field), why);
  }
}
