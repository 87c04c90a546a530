/** What the page of responses does by key: that of the role, about what is in hand. */

import type { Role } from '../../board/protocol';
import { shortOf } from '../../board/reinforcement';
import { isOpenTask } from '../../board/response';
import { responseWords } from '../../i18n/response';
import { say } from '../../i18n/language.svelte';
import { mayDecide, mayDispatch } from '../../roles';
import { dutyChanges } from '../desk/duty_changes.svelte';
import { places } from '../desk/places.svelte';
import type { Deed } from '../page/ears.svelte';
import { openCause } from './cause';
import { responses, type Sheet } from './responses.svelte';

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What the lists beside the units do. */
export interface Lists {
  tick: (n: number) => void;
  begin: () => void;
}

export function deedsOf(role: Role, lists: Lists): Deed[] {
  const t = say(responseWords);
  const open = (sheet: Sheet) => (): void => void (responses.sheet = sheet);
  const decides = mayDecide(role);
  const dispatches = mayDispatch(role);
  const { response, proposal } = responses;
  const isInForce = response?.open === true;
  return [
    ...ofTask(dispatches),
    ...when(decides && proposal?.state === 'waiting', { code: 'KeyJ', name: t.decide, run: open('decide'), isMain: true }),
    ...when(proposal?.prompt.id !== undefined, { code: 'KeyV', name: t.cause, run: () => proposal !== undefined && openCause(proposal), isInPlace: true }),
    ...when(decides && isInForce, { code: 'KeyL', name: t.level, run: open('level') }),
    ...when((decides || dispatches) && isInForce, { code: 'KeyZ', name: decides ? t.end : t.conditions, run: open('end') }),
    ...when(short().posts > 0, { code: 'KeyG', name: t.toReinforcements, run: toReinforcements, isInPlace: true }),
    ...when(response !== undefined, { code: 'KeyS', name: t.summary, run: open('summary') }),
    ...when(decides || dispatches, { code: 'KeyN', name: decides ? t.start : t.propose, run: open('start'), isMain: proposal === undefined && !isInForce }),
    ...when(dispatches && isInForce && responses.level === 'list', { code: 'KeyO', name: t.rounds, run: lists.begin, isInPlace: true }),
    ...(dispatches && isInForce && responses.level === 'list' ? DIGITS.slice(0, response.checks.length) : [])
      .map((n): Deed => ({ code: `Digit${n}`, name: response?.checks[n - 1]?.text ?? '', run: () => lists.tick(n), isInPlace: true })),
  ];
}

/** How many posts of the response in hand lack how many people, by the county's rules. */
export function short(): { posts: number; people: number } {
  return shortOf(dutyChanges.lacking, responses.response?.id);
}

/** Turns the desk to the posts that the response in hand wants reinforced. */
export function toReinforcements(): void {
  dutyChanges.wanted = responses.response?.id;
  places.go('handover');
}

function ofTask(dispatches: boolean): Deed[] {
  const t = say(responseWords);
  const task = responses.taskInHand;
  if (!dispatches || task === undefined) return [];
  const isOff = !isOpenTask(task);
  const deed = (code: string, sheet: 'complete' | 'progress' | 'withdraw'): Deed =>
    ({ code, name: t[sheet], run: () => void (responses.sheet = sheet), isOff, isMain: sheet === 'complete' });
  return [deed('KeyD', 'complete'), deed('KeyP', 'progress'), deed('KeyX', 'withdraw')];
}

function when(is: boolean, deed: Deed): Deed[] {
  return is ? [deed] : [];
}
