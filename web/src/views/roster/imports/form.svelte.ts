/**
 * A file of duty tables in hand: read once, looked at as often as somebody chooses something, put in force as a whole. It
 * outlives its sheet, so that closing the sheet loses neither the file nor a choice.
 */

import { areaOfPost } from '../../../board/area';
import {
  lacksYear, linesOf, mayBringIn, namesAfter, nextOpen, type Agreed, type ImportPreview, type UnclearName,
} from '../../../board/duty_import';
import { dateAt, monthOf } from '../../../board/local';
import type { Named } from '../../../board/protocol';
import { importWords } from '../../../i18n/duty_import';
import { describe } from '../../../i18n/errors';
import { say } from '../../../i18n/language.svelte';
import { FILE_MAX, importApi, readFile } from '../../../net/imports';
import { Write } from '../../desk/write.svelte';
import { roster } from '../roster.svelte';

/** What was put in force last. */
export interface Done {
  /** Missing where everything stood there already. */
  id: string | undefined;
  file: string;
  lines: number;
  isTakenBack: boolean;
}

/** What a preview was asked for, beside the choices. */
interface Looked {
  key: string;
  preview: ImportPreview;
}

class ImportForm {
  file = $state.raw<File | undefined>(undefined);
  area = $state('');
  /** Empty: as the file says. */
  year = $state('');
  /** The file says no year, and it was taken to be that of the shown month. */
  isYearAssumed = $state(false);
  /** Which share of the file has been read; nothing while none is. */
  share = $state<number | undefined>(undefined);
  /** Names in the order in which they were asked for, also those that are decided. */
  names = $state.raw<readonly UnclearName[]>([]);
  choices = $state.raw<ReadonlyMap<string, Named>>(new Map());
  /** The name that the keys mean, as long as it is open. */
  inHand = $state('');
  agreed = $state<Agreed>({ guess: false, posts: false });
  /** Why there is no preview. */
  failure = $state('');
  isAsking = $state(false);
  /** Somebody changed a post between the look and the deed. */
  isOvertaken = $state(false);
  done = $state.raw<Done | undefined>(undefined);
  readonly write = new Write(() => say(importWords).fields);
  #data = $state.raw('');
  /** Which file in turn is in hand: two of them are never taken for one. */
  #turn = $state(0);
  #looked = $state.raw<Looked | undefined>(undefined);

  /** The last look, also while the next one is under way: nothing moves away under whoever reads it. */
  readonly preview = $derived(this.#looked?.preview);
  readonly key = $derived(this.#data === '' ? '' : JSON.stringify([this.#turn, this.area, this.year, ...this.#chosen()]));
  /** Nothing has been chosen since the last look. */
  readonly isFresh = $derived(this.#looked?.key === this.key);
  readonly open = $derived(this.names.filter(({ text }) => !this.choices.has(text)).length + (this.preview?.names_left_off ?? 0));
  readonly current = $derived(nextOpen(this.names, this.choices, this.inHand));
  readonly isReady = $derived(this.preview !== undefined && this.isFresh && !this.isAsking && mayBringIn(this.preview, this.agreed));

  /** Takes another file in hand and reads it. Who was chosen for one of the same name stays: it was put right meanwhile. */
  async take(file: File | undefined): Promise<void> {
    if (file === undefined || this.write.isBusy) return;
    const { area } = this;
    // A year that was taken for granted says nothing of the next file, which may say its own.
    const year = this.isYearAssumed ? '' : this.year;
    const kept = file.name === this.file?.name ? { names: this.names, choices: this.choices } : undefined;
    this.drop();
    this.area = area === '' ? roster.area : area;
    this.year = year;
    this.file = file;
    if (kept !== undefined) [this.names, this.choices] = [kept.names, kept.choices];
    if (file.size > FILE_MAX) {
      this.failure = say(importWords).tooLarge;
      return;
    }
    this.share = 0;
    try {
      const data = await readFile(file, (share) => {
        if (this.file === file) this.share = share;
      });
      if (this.file === file) this.#data = data;
    } catch {
      if (this.file === file) this.failure = say(importWords).unreadable;
    } finally {
      if (this.file === file) this.share = undefined;
    }
  }

  /** Lets go of the file and all that was chosen for it. */
  drop(): void {
    this.file = undefined;
    this.area = '';
    this.year = '';
    this.isYearAssumed = false;
    this.share = undefined;
    this.names = [];
    this.choices = new Map();
    this.inHand = '';
    this.agreed = { guess: false, posts: false };
    this.failure = '';
    this.isOvertaken = false;
    this.write.error = '';
    this.#data = '';
    this.#turn += 1;
    this.#looked = undefined;
  }

  /** Reads dates without a year as of this one; empty: as the file says. */
  chooseYear(year: string): void {
    this.year = year;
    this.isYearAssumed = false;
  }

  /** Goes to the open name so many on. */
  move(by: number): void {
    const open = this.names.filter(({ text }) => !this.choices.has(text));
    const at = open.findIndex(({ text }) => text === this.current);
    this.inHand = open[Math.min(open.length - 1, Math.max(0, at + by))]?.text ?? '';
  }

  choose(text: string, person: Named): void {
    this.choices = new Map([...this.choices, [text, { id: person.id, name: person.name }]]);
    this.inHand = nextOpen(this.names, this.choices, text) ?? text;
  }

  /** Opens a name again. */
  reopen(text: string): void {
    this.choices = new Map([...this.choices].filter(([name]) => name !== text));
    this.inHand = text;
  }

  /** Asks what the file is taken for and what it would change. */
  async look(): Promise<void> {
    const { key } = this;
    if (key === '') return;
    this.isAsking = true;
    try {
      const preview = await importApi.look(this.#whose(), this.#input());
      if (key !== this.key) return;
      if (this.year === '' && lacksYear(preview)) {
        this.isYearAssumed = true;
        this.year = roster.month.slice(0, 4);
        return;
      }
      this.#looked = { key, preview };
      this.names = namesAfter(this.names, preview.names, this.choices);
      this.failure = '';
    } catch (cause) {
      if (key === this.key) this.failure = describe(cause);
    } finally {
      if (key === this.key) this.isAsking = false;
    }
  }

  /** Puts all of it in force; looks again where somebody was quicker. Tells whether it is. */
  async send(): Promise<boolean> {
    const { preview, file } = this;
    if (preview === undefined || file === undefined || !this.isReady) return false;
    const { seen } = preview;
    const agreed = { file_name: file.name, seen, accept_guess: this.agreed.guess, create_posts: this.agreed.posts };
    const about = JSON.stringify([this.key, file.lastModified, file.size, agreed]);
    const done = await this.write.send((key) => importApi.bringIn(this.#whose(), { ...this.#input(), ...agreed }, key), about);
    this.isOvertaken = this.write.code === 'roster.changed_since';
    if (this.isOvertaken) await this.look();
    if (done === undefined) return false;
    this.done = { id: done.id, file: file.name, lines: linesOf(preview), isTakenBack: false };
    this.drop();
    this.#show(preview);
    void roster.refresh();
    return true;
  }

  /** Turns the sheet of the month to where the file's lines stand. */
  #show({ posts, from }: ImportPreview): void {
    const areas = posts.map(({ post }) => areaOfPost(post));
    const [first] = areas;
    if (first !== undefined && !areas.includes(roster.area)) roster.show(first);
    if (from !== undefined) roster.turnTo(monthOf(dateAt(Date.parse(from), roster.zone)));
  }

  #whose(): { area: string; year: string | undefined } {
    return { area: this.area, year: this.year === '' ? undefined : this.year };
  }

  #input(): { file: string; choices: Record<string, string> } {
    return { file: this.#data, choices: Object.fromEntries(this.#chosen()) };
  }

  #chosen(): [string, string][] {
    return [...this.choices].map(([text, { id }]) => [text, id]);
  }
}

export const importing = new ImportForm();
