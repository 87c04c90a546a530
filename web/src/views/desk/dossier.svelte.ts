/** What is known, suggested and told of the warning that the desk has open, and which bulletins wait for approval. */

import type { BulletinView, TextView } from '../../board/bulletin';
import { isDossierEvent, type BoardEvent } from '../../board/event';
import type { WarningView } from '../../board/protocol';
import type { SuggestionView } from '../../board/suggestion';
import { live } from '../../live.svelte';
import { api, Refused } from '../../net/api';
import { Asking } from '../../net/asking';

/** A warning in force was worded lately: its bulletin is among the newest. */
const BULLETINS_MAX = 300;
/** What an event would have told is asked for all the same, should the asking after it have failed. */
const EVERY_MS = 60_000;

/** What is known of one warning; `undefined` where there is nothing of it. */
export interface Known {
  warning: WarningView;
  suggestion: SuggestionView | undefined;
  texts: readonly TextView[];
  bulletin: BulletinView | undefined;
}

class Dossier {
  id = $state<string | undefined>(undefined);
  /** Nothing before the first answer. */
  known = $state.raw<Known | undefined>(undefined);
  failure = $state.raw<unknown>(undefined);
  /** Bulletins that wait for approval, the longest wait first. */
  waiting = $state.raw<readonly BulletinView[]>([]);
  #one = new Asking({
    fetch: () => fetchKnown(this.id),
    isVisible,
    onAnswer: (known) => {
      if (known?.warning.id !== this.id) return;
      this.known = known;
      this.failure = undefined;
    },
    onFailure: (cause) => (this.failure = cause),
  });
  #all = new Asking({
    fetch: () => api.bulletins({ drafted: 'true', limit: BULLETINS_MAX }),
    isVisible,
    onAnswer: ({ items }) => (this.waiting = [...items].reverse()),
    // What was known stays, and is asked for again.
    onFailure: () => undefined,
  });

  start(): void {
    this.#all.every(EVERY_MS);
    // A snapshot comes without events: what happened meanwhile is not known.
    live.onEvents((events) => {
      if (events.length === 0 || events.some((event) => event.kind.startsWith('bulletin_'))) void this.#all.ask();
      if (this.id !== undefined && (events.length === 0 || events.some((event) => isAbout(event, this.id)))) void this.#one.ask();
    });
  }

  turnTo(warning: string): void {
    if (warning !== this.id) this.known = undefined;
    this.id = warning;
    this.failure = undefined;
    void this.#one.ask();
  }

  /** Asks again after something was decided here; its event may still be on its way. */
  async refresh(): Promise<void> {
    await Promise.all([this.#one.ask(), this.#all.ask()]);
  }

  close(): void {
    this.id = undefined;
    this.known = undefined;
  }
}

export const dossier = new Dossier();

function isVisible(): boolean {
  return document.visibilityState === 'visible';
}

function isAbout(event: BoardEvent, warning: string | undefined): boolean {
  if (event.kind === 'warning_ended') return event.data.id === warning;
  if (!isDossierEvent(event)) return false;
  if (event.kind === 'suggestion_rules_adopted') return true;
  return (event.kind === 'warning_witnessed' ? event.data.id : event.data.warning) === warning;
}

async function fetchKnown(id: string | undefined): Promise<Known | undefined> {
  if (id === undefined) return undefined;
  const [warning, suggestion, { texts }, { items }] = await Promise.all([
    api.warning(id), orNone(api.suggestion(id)), api.texts(id), api.bulletins({ limit: BULLETINS_MAX }),
  ]);
  return { warning, suggestion, texts, bulletin: items.find((bulletin) => bulletin.warning === id) };
}

/** A warning that no rule is for suggests nothing. */
async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof Refused && cause.status === 404) return undefined;
    throw cause;
  }
}
