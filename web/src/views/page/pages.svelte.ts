/** The pages of one face, each by its number, and which of them is shown. */

import type { Component } from 'svelte';
import type { Board } from '../../board/board';

export type Page = Component<{ board: Board }>;

/** How pages come, each only when it is first wanted. */
export type Registry<Name extends string> = Partial<Record<Name, () => Promise<{ default: Page }>>>;

export class Pages<Name extends string> {
  at = $state<Name>() as Name;
  /** The next number names a page. */
  isArmed = $state(false);
  /** Where Escape leads to at last. */
  readonly home: Name;
  /** Those there are, with the number that each goes by. */
  readonly shown: readonly Name[];
  readonly #registry: Registry<Name>;
  /** How the page that is shown comes; nothing where its face itself shows it. */
  readonly page = $derived.by(() => this.#registry[this.at]);

  constructor(shown: readonly [Name, ...Name[]], registry: Registry<Name>) {
    [this.home] = shown;
    this.at = this.home;
    this.shown = shown;
    this.#registry = registry;
  }

  go(name: Name): void {
    this.isArmed = false;
    this.at = name;
  }

  /** Goes to the n-th page, from 1; tells whether there is one. */
  goTo(n: number): boolean {
    const name = this.shown[n - 1];
    this.isArmed = false;
    if (name !== undefined) this.go(name);
    return name !== undefined;
  }
}
