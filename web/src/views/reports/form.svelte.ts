/** The words of a report while somebody changes them: what was typed is kept until it is saved, whoever else changes it meanwhile. */

import { changedWords, mergeWords, wordsOf, type Report, type ReportWords, type Word } from '../../board/report';
import { reportWords } from '../../i18n/report';
import { say } from '../../i18n/language.svelte';
import { Refused } from '../../net/api';
import { reportApi } from '../../net/reports';
import { Write } from '../desk/write.svelte';
import { Draft } from '../page/draft.svelte';

/** What somebody else has made of it. */
export interface Rival {
  who: string;
  at: string;
  revision: number;
  words: ReportWords;
  /** Those that both changed: mine is shown. */
  both: readonly Word[];
}

/** What was typed, and over what. */
interface Typed {
  words: ReportWords;
  base: ReportWords;
  revision: number;
}

export class ReportForm {
  words = $state.raw<ReportWords>({ to: [], title: '', text: '' });
  rival = $state.raw<Rival | undefined>(undefined);
  readonly write = new Write(() => say(reportWords).fields);
  #base = $state.raw<ReportWords>({ to: [], title: '', text: '' });
  #revision = 0;
  readonly draft: Draft<Typed>;
  readonly #id: string;

  /** `who` writes. */
  constructor(report: Report, who: string) {
    this.#id = report.id;
    const now = wordsOf(report);
    this.draft = new Draft(who, `report.${report.id}`, { words: now, base: now, revision: report.revision });
    const { words, base, revision } = this.draft.recall();
    [this.words, this.#base, this.#revision] = [words, base, revision];
    // Whoever changed it while nobody saw this page is told beside what was typed.
    this.see(report);
  }

  /** Takes in what is typed, and keeps it should the page be loaded again. */
  put(change: Partial<ReportWords>): void {
    this.words = { ...this.words, ...change };
    this.draft.keep({ words: this.words, base: this.#base, revision: this.#revision });
  }

  /** Gives up what was typed. */
  discard(): void {
    this.words = this.#base;
    this.rival = undefined;
    this.draft.forget();
  }

  get isDirty(): boolean {
    return changedWords(this.#base, this.words).length > 0;
  }

  /** Takes in what the report is now; over what was typed only where it was not touched. */
  see(report: Report): void {
    if (report.id !== this.#id || report.revision <= this.#revision) return;
    if (!this.isDirty) return this.#adopt(report);
    const theirs = wordsOf(report);
    const { merged, both } = mergeWords(this.#base, this.words, theirs);
    this.#base = theirs;
    this.#revision = report.revision;
    this.words = merged;
    const { changed } = report;
    this.rival = { who: changed.name ?? changed.by, at: changed.at, revision: report.revision, words: theirs, both };
    return undefined;
  }

  /** Gives my words up for theirs. */
  useTheirs(word: Word): void {
    const { rival } = this;
    if (rival === undefined) return;
    this.put({ [word]: rival.words[word] });
    this.rival = { ...rival, both: rival.both.filter((one) => one !== word) };
  }

  /** Tells whether it was saved; where somebody was quicker theirs comes beside mine. */
  async save(): Promise<boolean> {
    const { words } = this;
    if (!this.isDirty) return true;
    const missing = words.title.trim() === '' ? 'title' : words.text.trim() === '' ? 'text' : words.to.length === 0 ? 'to' : undefined;
    if (missing !== undefined) {
      this.write.miss(missing);
      return false;
    }
    const done = await this.write.send((key) => this.#put(words, key), `${this.#revision} ${JSON.stringify(words)}`);
    return done === true;
  }

  async #put(words: ReportWords, key: string): Promise<boolean> {
    try {
      this.#adopt(await reportApi.edit(this.#id, this.#revision, words, key));
      return true;
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.code !== 'report.changed_since') throw cause;
      this.see(await reportApi.one(this.#id));
      return false;
    }
  }

  #adopt(report: Report): void {
    this.#base = wordsOf(report);
    this.#revision = report.revision;
    this.words = this.#base;
    this.rival = undefined;
    this.draft.forget();
  }
}
