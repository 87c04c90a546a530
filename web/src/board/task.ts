/** Tasks: what somebody has to do by a time, with the light that says how it stands. */

import type { Time } from './protocol';

export type TaskStage = 'given' | 'signed' | 'done' | 'withdrawn';
/** Red is overdue, yellow pressing, green done, grey everything else. */
export type Light = 'red' | 'yellow' | 'green' | 'grey';

export interface Said {
  at: Time;
  by?: string;
  outcome?: Outcome;
}

/** What was done, in words and where it counts something in numbers. */
export interface Outcome {
  note?: string;
  count?: number;
  finding?: string;
}

export interface TaskView {
  id: string;
  /** One of these. `reports`: the incident of which something has to be reported. */
  cause?: { incident?: string; reports?: string; round?: string };
  title: string;
  text: string;
  on_word_of: string;
  area: string;
  area_name: string;
  post: string;
  post_title: string;
  unit?: string;
  given_at: Time;
  given_by: string;
  due_at: Time;
  stage: TaskStage;
  light: Light;
  signed_at?: Time;
  said: Said[];
  late_s: number;
  withdrawn: string;
  reminders: number;
  drill: boolean;
  obligation?: string;
}

export interface NewTask {
  incident?: string;
  title: string;
  text?: string;
  on_word_of?: string;
  posts: string[];
  due_at: Time;
}

const PRESSING_MS = 10 * 60_000;
const LIGHTS: readonly Light[] = ['red', 'yellow', 'grey', 'green'];

/** Returns the light at `now`: between two answers of the server time goes on. */
export function lightOf(task: TaskView, now: number): Light {
  if (task.stage === 'done') return 'green';
  if (task.stage === 'withdrawn') return 'grey';
  const due = Date.parse(task.due_at);
  if (due <= now) return 'red';
  const quarter = (due - Date.parse(task.given_at)) / 4;
  return due - now <= Math.max(quarter, PRESSING_MS) ? 'yellow' : 'grey';
}

export function isOpenTask(task: TaskView): boolean {
  return task.stage === 'given' || task.stage === 'signed';
}

/** Orders tasks: overdue, pressing, the rest, done; by when they are due within each; what was taken back last. */
export function byLight(now: number): (a: TaskView, b: TaskView) => number {
  return (a, b) => Number(a.stage === 'withdrawn') - Number(b.stage === 'withdrawn')
    || LIGHTS.indexOf(lightOf(a, now)) - LIGHTS.indexOf(lightOf(b, now)) || a.due_at.localeCompare(b.due_at);
}

/** Returns how many tasks there are of each light. */
export function tallyLights(tasks: readonly TaskView[], now: number): Record<Light, number> {
  const tally: Record<Light, number> = { red: 0, yellow: 0, grey: 0, green: 0 };
  for (const task of tasks) if (task.stage !== 'withdrawn') tally[lightOf(task, now)] += 1;
  return tally;
}
