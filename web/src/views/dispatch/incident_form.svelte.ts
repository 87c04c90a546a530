/** One incident being taken down or changed: what was typed, what it was opened on, and what others did meanwhile. */

import { inputOf, merge, type IncidentDetail, type IncidentInput, type IncidentView } from '../../board/incident';
import { blankFields, fieldsOf, inputFrom, pointOf, type Fields } from '../../board/incident_form';
import { clock } from '../../clock.svelte';
import { incidentWords } from '../../i18n/incident';
import { say } from '../../i18n/language.svelte';
import { Refused } from '../../net/api';
import { incidentApi } from '../../net/incidents';
import { Write } from '../desk/write.svelte';
import { Draft } from '../page/draft.svelte';

/** What somebody else changed while this form was open. */
export interface Conflict {
  who: string;
  fields: readonly (keyof IncidentInput)[];
  /** Those that both changed: mine is shown. */
  both: readonly (keyof IncidentInput)[];
  theirs: IncidentInput;
}

export class IncidentForm {
  fields: Fields = $state(blankFields());
  conflict = $state.raw<Conflict | undefined>(undefined);
  readonly write = new Write(() => say(incidentWords).fields);
  /** Of a new one only: a change is made of what is known now. */
  readonly draft: Draft<Fields>;
  #isTaken = false;
  #known: IncidentDetail | undefined;
  #base: IncidentInput | undefined;

  /** `who` writes. */
  constructor(known: IncidentDetail | undefined, who: string) {
    this.draft = new Draft(who, 'incident', blankFields());
    this.#known = known;
    this.#base = known === undefined ? undefined : inputOf(known);
    this.fields = this.#base === undefined ? this.draft.recall() : fieldsOf(this.#base);
  }

  get isNew(): boolean {
    return this.#known === undefined;
  }

  /** Takes down a new one; returns it with what it may be another report of. */
  async take(): Promise<{ id: string; similar: IncidentView[] } | undefined> {
    const input = this.#read();
    if (input === undefined) return undefined;
    const done = await this.write.send((key) => incidentApi.receive(input, key), JSON.stringify(input));
    if (done === undefined) return undefined;
    this.#isTaken = true;
    this.draft.forget();
    return done;
  }

  /** Keeps what is written of a new one, should the page be loaded again. */
  keep(): void {
    const fields = $state.snapshot(this.fields);
    if (this.isNew && !this.#isTaken) this.draft.keep(fields);
  }

  /** Begins again with a blank form. */
  discard(): void {
    this.fields = this.draft.forget();
  }

  /** Saves a change; where somebody was quicker theirs comes beside mine. Tells whether it was saved. */
  async save(): Promise<boolean> {
    const [input, known] = [this.#read(), this.#known];
    if (input === undefined || known === undefined) return false;
    const done = await this.write.send((key) => this.#put(known, input, key), `${known.revision} ${JSON.stringify(input)}`);
    return done === true;
  }

  /** Gives my word for one field up for theirs. */
  useTheirs(field: keyof IncidentInput): void {
    const { conflict } = this;
    if (conflict === undefined) return;
    const mine = inputFrom(this.fields, this.#base, clock.exact());
    this.fields = fieldsOf({ ...mine, [field]: conflict.theirs[field] });
    this.conflict = { ...conflict, both: conflict.both.filter((one) => one !== field) };
  }

  async #put(known: IncidentDetail, input: IncidentInput, key: string): Promise<boolean> {
    try {
      await incidentApi.edit(known.id, known.revision, input, key);
      return true;
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.code !== 'incident.changed_since') throw cause;
      await this.#reload(known, input);
      return false;
    }
  }

  async #reload(known: IncidentDetail, mine: IncidentInput): Promise<void> {
    const now = await incidentApi.one(known.id);
    const theirs = inputOf(now);
    const { merged, both, theirs: fields } = merge(this.#base ?? theirs, mine, theirs);
    this.#known = now;
    this.#base = theirs;
    this.fields = fieldsOf(merged);
    this.conflict = { who: now.changed_by, fields, both, theirs };
  }

  #read(): IncidentInput | undefined {
    const { fields } = this;
    if (fields.kind === '') this.write.miss('kind');
    else if (fields.address.trim() === '' && fields.areas.length === 0) this.write.miss('address');
    else if (fields.point.trim() !== '' && pointOf(fields.point) === undefined) {
      this.write.field = 'point';
      this.write.error = say(incidentWords).pointWrong;
    } else return inputFrom(fields, this.#base, clock.exact());
    return undefined;
  }
}
