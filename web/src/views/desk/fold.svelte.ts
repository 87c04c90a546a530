/** Whether the desk shows its map. A browser remembers it: a small screen stays as its dispatcher left it. */

const SLOT = 'jiaoying.desk_map';
const FOLDED = 'folded';

class Fold {
  #isOpen = $state(remembered());

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens what is folded, and the other way round. */
  turn(): void {
    this.#isOpen = !this.#isOpen;
    try {
      localStorage.setItem(SLOT, this.#isOpen ? 'open' : FOLDED);
    } catch {
      // A browser that keeps nothing shows the map next time.
    }
  }
}

export const fold = new Fold();

function remembered(): boolean {
  try {
    return localStorage.getItem(SLOT) !== FOLDED;
  } catch {
    return true;
  }
}
