/** One obligation's view, opened and changed by events. Everything that shows obligations uses this. */

import { areaOfPost } from './area';
import {
  obligationOfAttempt, type AboutObligation, type EventAnswer, type Handed, type ObligationEvent, type ObligationOpened,
  type Planned, type Step,
} from './event';
import type {
  AboutView, AnswerView, AskedView, AttemptView, CalloutView, Channel, HandedView, ObligationView, Outcome,
  PersonView, Time,
} from './protocol';

type Names = ReadonlyMap<string, string>;

/** Returns the view of an obligation that has just been opened; `door` is what an errand is about. */
export function openObligation(
  data: ObligationOpened, at: Time, callout: CalloutView, names: Names, door: ObligationView | undefined,
): ObligationView {
  const view: ObligationView = {
    ...blankObligation(data, at, callout, names),
    task: data.task ?? '',
    ...(data.replaces === undefined ? {} : { replaces: data.replaces }),
    ...(data.about === undefined ? {} : { about: aboutOf(data.about, door) }),
  };
  return rung(view, data.step, at, names);
}

/** Returns the view of an obligation of which nothing is known but its place. */
export function blankObligation(data: AboutObligation, at: Time, callout: CalloutView, names: Names): ObligationView {
  const area = areaOfPost(data.post);
  return {
    id: data.id,
    callout: data.callout,
    subject: callout.subject,
    text: callout.text,
    kind: callout.kind,
    severity: callout.severity,
    drill: callout.drill,
    area,
    area_name: names.get(area) ?? area,
    post: data.post,
    post_title: names.get(data.post) ?? data.post,
    task: '',
    state: 'ringing',
    rung: 0,
    rungs: 0,
    opened_at: at,
    asked: [],
    attempts: [],
    skipped: [],
  };
}

/** Returns the view after `event`, which is about this obligation; hearing of it twice changes nothing. */
export function reduceObligation(view: ObligationView, event: ObligationEvent, names: Names): ObligationView {
  switch (event.kind) {
    case 'obligation_opened':
      return view;
    case 'obligation_escalated':
      return { ...rung(giveUpRetries(unanswered(view)), event.data.step, event.at, names), state: 'ringing' };
    case 'obligation_moved': {
      const { gone, step } = event.data;
      return rung(drop(view, (attempt) => gone.includes(attempt.person)), step, event.at, names);
    }
    case 'obligation_declined': {
      const { person } = event.data;
      return decline(drop(view, (attempt) => attempt.person === person), person, event.at, names);
    }
    case 'obligation_answered':
      return {
        ...without(dropCalls(view), 'due_at'),
        state: 'answered',
        answered_at: event.at,
        answer: answerOf(event.data.answer, names),
      };
    case 'obligation_unreached':
      return {
        ...without(giveUpRetries(unanswered(view)), 'due_at'),
        state: 'unreached',
        handed_to: handedTo(event.data.handed, names),
        skipped: merged(view.skipped, event.data.skipped ?? []),
      };
    case 'obligation_handed_on':
      return { ...view, handed_to: handedTo(event.data.handed, names) };
    case 'obligation_withdrawn': {
      const told = plan(dropCalls(view), event.data.notices ?? []);
      return { ...without(told, 'due_at'), state: 'withdrawn', withdrawn: event.data.reason };
    }
    case 'obligation_told':
      return plan(view, event.data.notices);
    case 'attempt_started':
      return changeAttempt(view, event.data.id, (attempt) => ({ ...attempt, state: 'started', started_at: event.at }));
    case 'attempt_repeated':
      return changeAttempt(view, event.data.id, (attempt) => ({ ...without(attempt, 'rang_at'), repeats: attempt.repeats + 1 }));
    case 'attempt_recorded': {
      const { id, outcome, retry } = event.data;
      const recorded = changeAttempt(view, id, (attempt) => record(attempt, outcome, event.at));
      return retry === undefined ? recorded : plan(recorded, [retry]);
    }
    default:
      return unreachable(event);
  }
}

/** Returns the people who have been asked, each once, the latest rung last. */
export function peopleAsked(view: ObligationView): PersonView[] {
  return [...new Map(view.asked.map((asked) => [asked.person.id, asked.person])).values()];
}

/** Tells whether the channel has done with an attempt that ended so: the line is free again. */
export function ends(channel: Channel, outcome: Outcome): boolean {
  switch (outcome.result) {
    case 'sent':
      return channel === 'sms';
    case 'delivered':
    case 'read':
      return channel !== 'voice';
    case 'no_answer':
    case 'busy':
    case 'rejected':
    case 'hung_up':
    case 'voicemail':
    case 'heard_in_full':
    case 'key_pressed':
    case 'replied':
    case 'rung_off':
    case 'failed':
      return true;
    default:
      return unreachable(outcome);
  }
}

function rung(view: ObligationView, step: Step, at: Time, names: Names): ObligationView {
  const known = new Set(view.asked.filter((asked) => asked.at === at).map((asked) => asked.person.id));
  const asked: AskedView[] = step.people
    .filter((person) => !known.has(person))
    .map((id) => ({ person: personOf(view, id, names), rung: step.rung, at, declined: false }));
  const next: ObligationView = {
    ...view,
    rung: step.rung,
    due_at: step.due_at,
    asked: [...view.asked, ...asked],
    skipped: merged(view.skipped, step.skipped ?? []),
  };
  return plan(next, step.attempts);
}

function plan(view: ObligationView, planned: readonly Planned[]): ObligationView {
  const known = new Set(view.attempts.map((attempt) => attempt.id));
  const attempts: AttemptView[] = planned
    .map((one): AttemptView => ({
      id: `${view.id}.${one.number}`,
      person: one.person,
      channel: one.channel,
      rung: view.rung,
      try: (one.ordinal ?? 0) + 1,
      notice: one.notice ?? false,
      state: 'queued',
      repeats: 0,
    }))
    .filter((attempt) => !known.has(attempt.id));
  return attempts.length === 0 ? view : { ...view, attempts: [...view.attempts, ...attempts] };
}

function changeAttempt(view: ObligationView, id: string, change: (attempt: AttemptView) => AttemptView): ObligationView {
  if (obligationOfAttempt(id) !== view.id) return view;
  return { ...view, attempts: view.attempts.map((attempt) => (attempt.id === id ? change(attempt) : attempt)) };
}

function record(attempt: AttemptView, outcome: Outcome, at: Time): AttemptView {
  const rings = attempt.channel === 'voice' && outcome.result === 'delivered';
  const told = { ...attempt, outcome, ...(rings ? { rang_at: at } : {}) };
  return ends(attempt.channel, outcome) ? { ...told, state: 'ended', ended_at: at } : told;
}

/** Somebody has answered, or nobody is asked any more: no call that waits is made. A notice still goes out. */
function dropCalls(view: ObligationView): ObligationView {
  return drop(view, (attempt) => !attempt.notice);
}

/** The next rung rings: second tries of those before it are not made, but everybody still gets a first. */
function giveUpRetries(view: ObligationView): ObligationView {
  return drop(view, (attempt) => !attempt.notice && attempt.try > 1);
}

function drop(view: ObligationView, pointless: (attempt: AttemptView) => boolean): ObligationView {
  const attempts = view.attempts.map((attempt): AttemptView =>
    (attempt.state === 'queued' && pointless(attempt) ? { ...attempt, state: 'dropped' } : attempt));
  return { ...view, attempts };
}

function decline(view: ObligationView, person: string, at: Time, names: Names): ObligationView {
  const wasAsked = view.asked.some((asked) => asked.person.id === person);
  const asked = wasAsked
    ? view.asked
    : [...view.asked, { person: personOf(view, person, names), rung: view.rung, at, declined: true }];
  return { ...view, asked: asked.map((one) => (one.person.id === person ? { ...one, declined: true } : one)) };
}

/** Whoever had answered cannot come after all. */
function unanswered(view: ObligationView): ObligationView {
  const { answer: _answer, answered_at: _at, ...rest } = view;
  return rest;
}

function answerOf(answer: EventAnswer, names: Names): AnswerView {
  return {
    via: answer.via,
    late: answer.late,
    note: answer.note ?? '',
    ...(answer.person === undefined ? {} : { person: { id: answer.person, name: names.get(answer.person) ?? answer.person } }),
    ...(answer.name === undefined ? {} : { name: answer.name }),
    ...(answer.entered_by === undefined ? {} : { entered_by: answer.entered_by }),
    ...(answer.whereabouts === undefined ? {} : { whereabouts: answer.whereabouts }),
  };
}

function handedTo(handed: Handed, names: Names): HandedView {
  if (handed.to === null) return { by: handed.by };
  return { by: handed.by, person: { id: handed.to, name: names.get(handed.to) ?? handed.to } };
}

function aboutOf(id: string, door: ObligationView | undefined): AboutView {
  if (door === undefined) return { obligation: id, post: '', post_title: '', area: '', area_name: '', people: [] };
  const { post, post_title, area, area_name } = door;
  return { obligation: id, post, post_title, area, area_name, people: peopleAsked(door) };
}

/** Events name people by id; what is known of them from an earlier rung is kept. */
function personOf(view: ObligationView, id: string, names: Names): PersonView {
  const known = view.asked.find((asked) => asked.person.id === id);
  return known?.person ?? { id, name: names.get(id) ?? id, title: '' };
}

function merged<T extends { rung: number; reason: string }>(known: readonly T[], more: readonly T[]): T[] {
  const fresh = more.filter((one) => !known.some((old) => old.rung === one.rung && old.reason === one.reason));
  return [...known, ...fresh];
}

function without<T extends object, K extends keyof T>(whole: T, key: K): Omit<T, K> {
  const { [key]: _dropped, ...rest } = whole;
  return rest;
}

function unreachable(value: never): never {
  throw new Error(`unhandled: ${JSON.stringify(value)}`);
}
