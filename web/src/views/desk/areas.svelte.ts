/** The divisions below the jurisdiction, asked for once: townships, and how many villages each has. */

import { initials, type Place } from '../../board/pinyin';
import { api, type AreaItem } from '../../net/api';

export interface Findable extends Place {
  /** The township of a village. */
  within?: string;
}

function findable(code: string, name: string, within?: string): Findable {
  return { code, name, initials: initials(name), ...(within === undefined ? {} : { within }) };
}

class Areas {
  townships = $state.raw<readonly AreaItem[]>([]);
  villages = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Every division that may be named, the jurisdiction first, each with what it is found by. */
  all = $state.raw<readonly Findable[]>([]);
  isCounting = $state(false);
  #askedFor = '';

  /** Asks for what lies below `root`, unless it has been. */
  async load(root: string, name: string): Promise<void> {
    if (this.#askedFor === root) return;
    this.#askedFor = root;
    this.isCounting = true;
    try {
      this.townships = (await api.areas(root)).items;
      const below = await Promise.all(this.townships.map(async (township) => ({ township, villages: (await api.areas(township.code)).items })));
      this.villages = new Map(below.map(({ township, villages }) => [township.code, villages.length]));
      this.all = [
        findable(root, name), ...this.townships.map(({ code, name: own }) => findable(code, own)),
        ...below.flatMap(({ township, villages }) => villages.map((village) => findable(village.code, village.name, township.name))),
      ];
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
