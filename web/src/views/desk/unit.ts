/** Who issued the last warning by hand from this browser: the next is mostly theirs too. */

const SLOT = 'jiaoying.unit';

export function rememberedUnit(): string | undefined {
  try {
    return localStorage.getItem(SLOT) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberUnit(unit: string): void {
  try {
    localStorage.setItem(SLOT, unit);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}
