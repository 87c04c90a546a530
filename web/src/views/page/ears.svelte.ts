/** What keys mean on the page that is shown: each page says so while it is, and every face of several pages asks here. */

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
const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←', ArrowRight: '→', Slash: '/', BracketLeft: '[', BracketRight: ']', PageUp: 'PgUp', PageDown: 'PgDn',
};

/** What stands on a key: `N` of `KeyN`. */
export function keycap(code: string): string {
  return SIGNS[code] ?? code.replace(/^(Key|Digit)/, '');
}

class Hearing {
  now = $state.raw<Ears>(SILENT);

  /** Hears keys for a page until what is returned is called. */
  hear(ears: Ears): () => void {
    this.now = ears;
    return () => {
      if (this.now === ears) this.now = SILENT;
    };
  }

  /** Does what the key at `code` means on the page; tells whether it means anything. */
  press(code: string): boolean {
    const deed = this.now.deeds.find((one) => one.code === code);
    if (deed === undefined) return false;
    if (deed.isOff !== true) deed.run();
    return true;
  }
}

export const hearing = new Hearing();
