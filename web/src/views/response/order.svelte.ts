/** The form by which a response is proposed, started, taken up or brought to another level, and what it would bring about. */

import { previewOf, type Preview } from '../../board/plan';
import type { Grade, PlanView, ProposalView, ResponseTask, ResponseView } from '../../board/response';
import { clock } from '../../clock.svelte';
import { responseWords } from '../../i18n/response';
import { say } from '../../i18n/language.svelte';
import { api, Refused } from '../../net/api';
import { responseApi } from '../../net/responses';
import { areas } from '../desk/areas.svelte';
import { Write } from '../desk/write.svelte';
import { responses } from './responses.svelte';

/** What is done with the form: somebody starts, proposes, takes up a proposal, or changes the level. */
export type Doing =
  | { act: 'start' } | { act: 'propose' } | { act: 'take'; proposal: ProposalView } | { act: 'level'; response: ResponseView };

const NEEDED = ['number', 'basis', 'approver'] as const;

export class OrderForm {
  readonly doing: Doing;
  plans = $state.raw<readonly PlanView[]>([]);
  plan = $state('');
  level = $state<Grade>(4);
  scope = $state<string[]>([]);
  drill = $state(false);
  number = $state('');
  basis = $state('');
  approver = $state('');
  why = $state('');
  reason = $state('');
  /** Every post of the county; nothing while it is not known. */
  posts = $state.raw<ReadonlySet<string> | undefined>(undefined);
  isBlind = $state(false);
  /** What the response already asks for; nothing where none is changed. */
  given = $state.raw<readonly ResponseTask[]>([]);
  /** Where the response holds that a proposal changes. */
  #held = $state.raw<readonly string[]>([]);
  /** That of the response which is changed, as it was when somebody looked. */
  #revision: number | undefined;
  readonly write = new Write(() => say(responseWords).fields);
  readonly planLevel = $derived(this.plans.find((one) => one.id === this.plan)?.levels.find((one) => one.level === this.level));
  readonly preview: Preview | undefined = $derived.by(() => this.#preview());

  constructor(doing: Doing, root: string) {
    this.doing = doing;
    const known = doing.act === 'take' ? doing.proposal : doing.act === 'level' ? doing.response : undefined;
    this.plan = known?.plan ?? '';
    this.level = known?.level ?? 4;
    this.scope = known?.scope.map(({ area }) => area) ?? [root];
    this.drill = known?.drill ?? false;
    if (doing.act === 'level') {
      this.#revision = doing.response.revision;
      this.given = doing.response.tasks;
    }
    if (doing.act === 'take') this.#revision = doing.proposal.raises?.revision;
  }

  /** Asks for what the form is about. */
  async load(): Promise<void> {
    const [plans, duty, changed] = await Promise.allSettled([responseApi.plans(), api.duty(), this.#changed()]);
    if (plans.status === 'fulfilled') {
      this.plans = plans.value.items;
      if (this.plan === '') this.plan = this.plans[0]?.id ?? '';
    }
    if (changed.status === 'fulfilled' && changed.value !== undefined) this.#see(changed.value);
    if (duty.status === 'fulfilled') this.posts = new Set([...duty.value.items, ...duty.value.gaps].map(({ post }) => post));
    else this.isBlind = true;
  }

  get isSame(): boolean {
    if (this.doing.act !== 'level') return false;
    const before = this.doing.response.scope.map(({ area }) => area);
    return this.doing.response.level === this.level && before.sort().join() === [...this.scope].sort().join();
  }

  /** Does what the form is for; shows what came of it. */
  async send(): Promise<void> {
    if (!this.#isFilled()) return;
    const about = JSON.stringify([this.plan, this.level, this.scope, this.drill, this.number, this.basis, this.approver, this.why, this.#revision]);
    let refused: unknown;
    const shown = await this.write.send((key) => this.#submit(key).catch((cause: unknown) => {
      refused = cause;
      throw cause;
    }), about);
    if (shown !== undefined) return responses.show(shown);
    if (refused instanceof Refused && refused.code === 'response.changed_since') await this.#lookAgain();
    return undefined;
  }

  /** Turns a proposal down. */
  async refuse(): Promise<void> {
    if (this.doing.act !== 'take') return;
    const { id } = this.doing.proposal;
    const reason = this.reason.trim();
    if (reason === '') return this.write.miss('reason');
    const done = await this.write.send((key) => responseApi.refuse(id, reason, key), `refuse ${reason}`);
    if (done !== undefined) responses.sheet = undefined;
    await responses.listing.refresh();
  }

  #isFilled(): boolean {
    if (this.scope.length === 0) this.write.miss('scope');
    else if (this.doing.act === 'propose') {
      if (this.why.trim() !== '') return true;
      this.write.miss('why');
    } else {
      const missing = NEEDED.find((field) => this[field].trim() === '');
      if (missing === undefined) return true;
      this.write.miss(missing);
    }
    return false;
  }

  /** Returns what is to be shown then. */
  async #submit(key: string): Promise<string> {
    const { plan, level, drill } = this;
    const scope = [...this.scope];
    const order = { number: this.number.trim(), basis: this.basis.trim(), approver: this.approver.trim() };
    const revision = this.#revision;
    switch (this.doing.act) {
      case 'start': return (await responseApi.start({ plan, level, scope, drill, ...order }, key)).id;
      case 'propose': return (await responseApi.propose({ plan, level, scope, drill, why: this.why.trim() }, key)).id;
      case 'take': {
        const taken = await responseApi.take(this.doing.proposal.id, { level, scope, ...order, ...(revision === undefined ? {} : { revision }) }, key);
        return taken.response ?? taken.id;
      }
      case 'level': return (await responseApi.level(this.doing.response.id, { level, scope, revision: revision ?? 0, ...order }, key)).id;
    }
  }

  /** The response that a proposal changes. */
  async #changed(): Promise<ResponseView | undefined> {
    const id = this.doing.act === 'take' ? this.doing.proposal.raises?.id : undefined;
    return id === undefined ? undefined : responseApi.one(id);
  }

  /** Somebody was quicker: what they did is shown before it is decided again. */
  async #lookAgain(): Promise<void> {
    await responses.listing.refresh();
    const id = this.doing.act === 'level' ? this.doing.response.id : this.doing.act === 'take' ? this.doing.proposal.raises?.id : undefined;
    if (id === undefined) return;
    const now = await responseApi.one(id).catch(() => undefined);
    if (now === undefined) return;
    this.#revision = now.revision;
    this.#see(now);
  }

  #see(changed: ResponseView): void {
    this.given = changed.tasks;
    if (this.doing.act === 'take') this.#held = changed.scope.map(({ area }) => area);
  }

  #preview(): Preview | undefined {
    if (this.planLevel === undefined || this.posts === undefined || this.scope.length === 0 || areas.all.length === 0) return undefined;
    return previewOf(this.planLevel, this.#whole(), areas.all.map(({ code }) => code), this.posts, this.given, clock.exact());
  }

  /** Taking a proposal up adds to where the response holds already. */
  #whole(): string[] {
    return [...new Set([...this.scope, ...this.#held])];
  }
}
