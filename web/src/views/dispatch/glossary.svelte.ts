/** What codes of needs mean, asked for once: abilities of units, and what lies in depots. */

import { abilityName, needInWords, needsInCodes, needsInWords, type Glossary } from '../../board/ability';
import { speech } from '../../i18n/language.svelte';
import { abilityApi } from '../../net/abilities';

class Words {
  #known = $state.raw<Glossary>({ abilities: [], items: new Map() });
  #isAsking = false;

  /** Asks for them, unless they are known. */
  async load(): Promise<void> {
    if (this.#known.abilities.length > 0 || this.#isAsking) return;
    this.#isAsking = true;
    try {
      const [abilities, items] = await Promise.all([abilityApi.abilities(), abilityApi.items()]);
      this.#known = { abilities: abilities.items, items: new Map(items.items.map((one) => [one.id, one])) };
    } catch {
      // Codes are shown until they are asked for again.
    } finally {
      this.#isAsking = false;
    }
  }

  ability(word: string): string {
    return abilityName(this.#known, word, speech.language);
  }

  need(need: string): string {
    return needInWords(this.#known, need, speech.language);
  }

  /** Returns needs as the field for them begins. */
  needs(needs: string): string {
    return needsInWords(this.#known, needs, speech.language);
  }

  /** Returns what was typed as the server keeps it. */
  codes(text: string): string {
    return needsInCodes(this.#known, text);
  }
}

export const glossary = new Words();
