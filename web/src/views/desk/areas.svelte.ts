/** The divisions below the jurisdiction, asked for once: townships, and how many villages each has. */

import { api, type AreaItem } from '../../net/api';

class Areas {
  townships = $state.raw<readonly AreaItem[]>([]);
  villages = $state.raw<ReadonlyMap<string, number>>(new Map());
  isCounting = $state(false);
  #askedFor = '';

  /** Asks for what lies below `root`, unless it has been. */
  async load(root: string): Promise<void> {
    if (this.#askedFor === root) return;
    this.#askedFor = root;
    this.isCounting = true;
    try {
      this.townships = (await api.areas(root)).items;
      const counts = await Promise.all(this.townships.map(async ({ code }) => [code, (await api.areas(code)).items.length] as const));
      this.villages = new Map(counts);
    } catch {
      this.#askedFor = '';
    } finally {
      this.isCounting = false;
    }
  }

  /** Returns how many townships and villages lie in `codes`. */
  estimate(codes: readonly string[], root: string): { townships: number; villages: number } {
    const chosen = codes.includes(root) ? this.townships.map((area) => area.code) : codes;
    const villages = chosen.reduce((sum, code) => sum + (this.villages.get(code) ?? 0), 0);
    return { townships: chosen.length, villages };
  }
}

export const areas = new Areas();
