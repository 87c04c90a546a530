/** Which language the page speaks. Chinese is the source; every dictionary has the same words in both. */

export type Language = 'zh' | 'en';

export interface Bilingual<T> {
  zh: T;
  en: T;
}

const SLOT = 'jiaoying.language';

class Speech {
  #language = $state<Language>(remembered());

  get language(): Language {
    return this.#language;
  }

  set language(language: Language) {
    this.#language = language;
    mark(language);
    try {
      localStorage.setItem(SLOT, language);
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }
}

export const speech = new Speech();
mark(speech.language);

/** Pairs a dictionary with its translation, which must have the same shape. */
export function bilingual<T>(zh: T, en: NoInfer<T>): Bilingual<T> {
  return { zh, en };
}

/** Returns the words in the language of the page. */
export function say<T>(words: Bilingual<T>): T {
  return words[speech.language];
}

function remembered(): Language {
  try {
    return localStorage.getItem(SLOT) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

function mark(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
