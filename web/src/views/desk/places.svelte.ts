/** Which page the desk shows, and what keys mean on it. */

import type { Component } from 'svelte';
import type { Board } from '../../board/board';

/** In the order of their numbers. */
export const PLACES = ['callouts', 'incidents', 'response', 'reports', 'rounds', 'supplies', 'shelters', 'hotspots', 'units'] as const;
export type Place = (typeof PLACES)[number];

type Page = Component<{ board: Board }>;

/** What comes only when it is first wanted: the desk answers calls without it. */
const PAGES: Partial<Record<Place, () => Promise<{ default: Page }>>> = {
  response: () => import('../response/ResponsePage.svelte'),
  reports: () => import('../reports/Reports.svelte'),
  rounds: () => import('../rounds/Rounds.svelte'),
  supplies: () => import('../supplies/SuppliesPage.svelte'),
  shelters: () => import('../evacuation/EvacuationPage.svelte'),
  hotspots: () => import('../hotspots/HotSpots.svelte'),
  units: () => import('../units/Units.svelte'),
};

/** Something a page does by one key, which its button shows. */
export interface Deed {
  /** As `KeyboardEvent.code`: `KeyN`. */
  code: string;
  name: string;
  run: () => void;
  /** It cannot be done now. */
  isOff?: boolean;
  isMain?: boolean;
  /** It is one of several views, and this one is shown, or not. */
  isOn?: boolean;
  /** Its button stands on the page itself, with its key. */
  isInPlace?: boolean;
}

/** What a page hears while it is shown and nothing lies on top of it. */
export interface Ears {
  deeds: readonly Deed[];
  /** ↑ and ↓. */
  move?: (by: number) => void;
  enter?: () => void;
  /** Tells whether there was something to go back from. */
  back?: () => boolean;
}

const SILENT: Ears = { deeds: [] };

/** Keys whose caps show a sign. */
const SIGNS: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', Slash: '/' };

/** What stands on a key: `N` of `KeyN`. */
export function keycap(code: string): string {
  return SIGNS[code] ?? code.replace(/^(Key|Digit)/, '');
}

class Places {
  at = $state<Place>('callouts');
  /** The next number names a page. */
  isArmed = $state(false);
  ears = $state.raw<Ears>(SILENT);
  /** Those the desk has, with the number that each goes by. */
  readonly shown: readonly Place[] = PLACES.filter((place) => place === 'callouts' || place === 'incidents' || PAGES[place] !== undefined);
  /** How the page that is shown comes; nothing where the desk itself shows it. */
  readonly page = $derived(PAGES[this.at]);

  go(place: Place): void {
    this.isArmed = false;
    this.at = place;
  }

  /** Goes to the n-th page, from 1; tells whether there is one. */
  goTo(n: number): boolean {
    const place = this.shown[n - 1];
    this.isArmed = false;
    if (place !== undefined) this.go(place);
    return place !== undefined;
  }

  /** Hears keys for a page until what is returned is called. */
  hear(ears: Ears): () => void {
    this.ears = ears;
    return () => {
      if (this.ears === ears) this.ears = SILENT;
    };
  }

  /** Does what the key at `code` means on the page; tells whether it means anything. */
  press(code: string): boolean {
    const deed = this.ears.deeds.find((one) => one.code === code);
    if (deed === undefined) return false;
    if (deed.isOff !== true) deed.run();
    return true;
  }
}

export const places = new Places();
