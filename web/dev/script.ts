/** What happens in the made county: a night with a red warning, and how people answer. */

import { isOpen } from '../src/board/board';
import type { ObligationView, Whereabouts } from '../src/board/protocol';
import { COUNTY, posts, type Post } from './county';
import { iso, type World } from './world';

/** A seeded sequence of 0 ≤ x < 1 (mulberry32), so that every start tells the same night. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Plays the night up to `now`: 14 unreached and some dozens ringing out of 491. */
export function playNight(world: World, now: number): void {
  const roll = dice(20_210_721);
  const start = now - 294_000;
  issue(world, now - 3_900_000, { event: '大风', colour: 'yellow', exercise: false, areas: [COUNTY] }, townshipPosts());
  ringAll(world, () => true, now - 3_890_000);
  answerMany(world, () => true, now - 3_800_000, () => roll() > 0.1);
  world.callOut(now - 900_000, {
    kind: 'spot_check', subject: '夜间值班抽查', text: '请确认在岗在位', severity: 'blue', drill: true, areas: [COUNTY],
  }, townshipPosts().slice(0, 11), '确认在岗');
  ringAll(world, (view) => view.kind === 'spot_check', now - 890_000);
  answerMany(world, (view) => view.kind === 'spot_check', now - 840_000, () => roll() > 0.3, (n) => ({ whereabouts: whereabouts(n) }));
  const id = issue(world, start, { event: '暴雨', colour: 'red', exercise: false, areas: [COUNTY] }, everybody());
  for (const view of [...world.all.values()].filter((one) => one.callout === id)) life(world, view, start, now, roll);
  world.settle();
}

/** Makes one more thing happen. */
export function breathe(world: World, now: number, roll: () => number): void {
  const open = [...world.all.values()].filter((view) => isOpen(view) && view.kind !== 'errand');
  const view = open[Math.floor(roll() * open.length)];
  if (view === undefined) return;
  const post = posts.get(view.post);
  const waited = now - Date.parse(view.opened_at);
  if (view.state === 'ringing' && waited > 240_000 && roll() < 0.3) unreach(world, view, now);
  else if (view.state === 'ringing' && view.rung === 0 && post !== undefined && roll() < 0.3) escalate(world, view, post, now);
  else if (view.rung > 0 || roll() < 0.6) answer(world, view, now, 'voice');
}

export interface Issue {
  event: string;
  colour: 'red' | 'orange' | 'yellow' | 'blue';
  exercise: boolean;
  areas: string[];
  headline?: string;
  description?: string;
  instruction?: string;
}

/** Accepts a warning and calls `obliged` out for it. */
export function issue(world: World, at: number, what: Issue, obliged: readonly Post[]): string {
  const zh = { red: '红色', orange: '橙色', yellow: '黄色', blue: '蓝色' }[what.colour];
  const headline = what.headline ?? `示例县气象台发布${what.event}${zh}预警`;
  const text = what.instruction ?? '立即到岗，组织低洼地带、山洪危险区群众转移，每小时上报一次。';
  const warning = world.next('w');
  world.emit(at, 'warning_accepted', {
    id: warning,
    message: {
      identifier: `99010141600000_${warning}`, sender: '示例县气象台', sent: iso(at), status: what.exercise ? 'exercise' : 'actual',
      kind: 'alert', event: what.event, colour: what.colour, headline,
      description: what.description ?? '预计未来 3 小时全县大部降雨量将达 100 毫米以上，请注意防范山洪、内涝。',
      instruction: text, effective: iso(at), expires: iso(at + 6 * 3_600_000),
    },
    extent: { whole: what.areas }, life: { state: 'active' },
  });
  return world.callOut(at, {
    kind: 'warning', subject: `${what.event}${zh}预警`, text: `${headline}。${text}`, severity: what.colour, drill: what.exercise,
    areas: what.areas, warning,
  }, obliged, '到岗到位，组织转移');
}

export function answer(world: World, view: ObligationView, at: number, via: unknown, person?: string, more: object = {}): void {
  const by = person ?? view.asked[view.asked.length - 1]?.person.id;
  world.emit(at, 'obligation_answered', {
    id: view.id, callout: view.callout, post: view.post, was: view.state,
    answer: { person: by, via, late: view.state === 'unreached', ...more },
  });
}

export function everybody(): Post[] {
  return [...posts.values()].filter((post) =>
    post.id.endsWith('/secretary') || (post.id.endsWith('/lead_officer')) || post.id === `${COUNTY}/duty_officer`);
}

export function townshipPosts(): Post[] {
  return [...posts.values()].filter((post) => post.area !== COUNTY && post.id.endsWith('/duty_officer'));
}

function answerMany(
  world: World, which: (view: ObligationView) => boolean, at: number, chance: () => boolean, more: (n: number) => object = () => ({}),
): void {
  const answering = [...world.all.values()].filter((view) => which(view) && chance());
  for (const [n, view] of answering.entries()) answer(world, view, at, 'app', undefined, more(n));
  world.settle();
}

/** Where the n-th was who answered: one in three is not at his post, and of one in three nobody can tell. */
function whereabouts(n: number): Whereabouts {
  const at = { at: [114.5, 35.6] as [number, number], accuracy_m: 20 };
  if (n % 3 === 2) return at;
  return n % 3 === 1 ? { ...at, away_m: 1_240, elsewhere: true } : { ...at, away_m: 12 };
}

function ringAll(world: World, which: (view: ObligationView) => boolean, at: number): void {
  for (const view of [...world.all.values()].filter(which)) ring(world, view, 0, at, at + 30_000, 'no_answer');
  world.settle();
}

/** One post's story: most answer within two minutes, some on the second rung, a few not at all. */
function life(world: World, view: ObligationView, start: number, now: number, roll: () => number): void {
  const post = posts.get(view.post);
  if (post === undefined || view.post === `${COUNTY}/lead_officer`) return;
  const fate = roll();
  const called = start + 5_000 + roll() * 60_000;
  ring(world, view, 0, called, called + 28_000, fate < 0.8 ? 'key_pressed' : roll() < 0.5 ? 'no_answer' : 'busy');
  if (fate < 0.86) {
    answer(world, view, called + 20_000 + roll() * 60_000, fate < 0.5 ? 'voice' : fate < 0.8 ? 'app' : 'sms');
    return;
  }
  if (fate > 0.992) return;
  escalate(world, view, post, start + 90_000 + roll() * 60_000);
  ring(world, view, 3, start + 170_000, start + 198_000, roll() < 0.4 ? 'hung_up' : 'no_answer');
  if (fate > 0.975) unreach(world, view, start + 270_000);
  else if (fate < 0.905) answer(world, view, now - roll() * 60_000, 'voice', post.people[1]?.id);
}

function ring(world: World, view: ObligationView, number: number, from: number, to: number, result: string): void {
  for (const [index, channel] of (['app', 'sms', 'voice'] as const).entries()) {
    const attempt = { id: `${view.id}.${number + index}`, callout: view.callout, person: view.asked[0]?.person.id ?? '', channel };
    world.emit(from, 'attempt_started', attempt);
    if (channel === 'sms') world.emit(from + 4_000, 'attempt_recorded', { ...attempt, outcome: { result: 'delivered' } });
    if (channel === 'voice') {
      if (result === 'no_answer') world.emit(from + 3_000, 'attempt_recorded', { ...attempt, outcome: { result: 'delivered' } });
      const outcome = { result, ...(result === 'hung_up' ? { after_s: 7 } : {}), ...(result === 'key_pressed' ? { key: '1' } : {}) };
      world.emit(to, 'attempt_recorded', { ...attempt, outcome });
    }
  }
}

function escalate(world: World, view: ObligationView, post: Post, at: number): void {
  const numbers = view.attempts.length;
  world.emit(at, 'obligation_escalated', {
    id: view.id, callout: view.callout, post: view.post, was: 'ringing', from: view.rung, reason: 'timeout',
    step: world.step(post, 1, numbers, at),
  });
}

function unreach(world: World, view: ObligationView, at: number): void {
  const superior = posts.get(`${view.area.slice(0, 9)}000/lead_officer`);
  const to = superior?.people[0];
  if (superior === undefined || to === undefined) return;
  world.emit(at, 'obligation_unreached', {
    id: view.id, callout: view.callout, post: view.post, was: view.state, reason: 'timeout',
    handed: { to: to.id, by: iso(at + 600_000), errand: null, candidate: 0 },
  });
  const errands = [...world.board.callouts.values()].find((one) => one.parent === view.callout);
  if (errands === undefined) {
    world.callOut(at, {
      kind: 'errand', subject: `${view.subject}：上门叫醒`, text: '电话未叫应，请立即派人上门', severity: view.severity,
      drill: view.drill, areas: [COUNTY], parent: view.callout,
    }, [superior], '上门叫醒', view.id);
    return;
  }
  world.emit(at, 'obligation_opened', {
    id: world.next('o'), callout: errands.id, post: superior.id, ladder: 'l', task: '上门叫醒', about: view.id,
    step: world.step(superior, 0, 0, at),
  });
}
