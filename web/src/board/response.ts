/** Responses (应急响应) as `GET /responses` tells them: their tasks by township and department, and what a plan would ask. Pure. */

import type { Severity, Time } from './protocol';
import type { Cadence } from './round';
import type { Light, TaskStage } from './task';

/** 1 (Ⅰ, gravest) to 4. */
export type Grade = 1 | 2 | 3 | 4;
export const GRADES: readonly Grade[] = [1, 2, 3, 4];
const COLOURS: Record<Grade, Severity> = { 1: 'red', 2: 'orange', 3: 'yellow', 4: 'blue' };

export interface Place {
  area: string;
  name: string;
}

export interface TallyView {
  total: number;
  signed: number;
  done: number;
  overdue: number;
  /** Done after they were due. */
  late: number;
  withdrawn: number;
  unanswered: number;
  light: Light;
  median_signed_s?: number;
  median_done_s?: number;
}

export interface TallyRow extends TallyView {
  /** Of a township. */
  area?: string;
  /** Of a department. */
  duty?: string;
  name: string;
}

export interface ResponseRow {
  id: string;
  plan: string;
  /** Such as Ⅱ级防汛应急响应. */
  title: string;
  level: Grade;
  colour: Severity;
  drill: boolean;
  open: boolean;
  scope: Place[];
  revision: number;
  started_at?: Time;
  ended_at?: Time;
  tally: TallyView;
}

export interface Act {
  at: Time;
  by: string;
  from?: Grade;
  to?: Grade;
  scope: Place[];
  number: string;
  basis: string;
  approver: string;
  reason?: string;
}

/** A line of a checklist. */
export interface Item {
  n: number;
  text: string;
  ticked?: { at: Time; by: string; note: string };
}

export interface ResponseTask {
  id: string;
  area: string;
  area_name: string;
  post: string;
  post_name: string;
  title: string;
  text: string;
  stage: TaskStage;
  given_at: Time;
  due_at: Time;
  signed_at?: Time;
  signed_by?: string;
  done_at?: Time;
  late_s: number;
  reminders: number;
  note: string;
  obligation?: string;
}

export interface ResponseView extends ResponseRow {
  acts: Act[];
  checks: Item[];
  conditions: Item[];
  rounds: string[];
  on_post: { task: string; post: string; name: string; on_duty: string[]; stage: TaskStage }[];
  gaps: { post: string; name: string; title: string }[];
  townships: TallyRow[];
  departments: TallyRow[];
  tasks: ResponseTask[];
}

export interface SummaryView extends ResponseRow {
  lasted_s: number;
  acts: Act[];
  conditions: Item[];
  townships: TallyRow[];
  departments: TallyRow[];
  tasks: ResponseTask[];
}

export type PromptKind = 'warning' | 'gauge' | 'incident' | 'by_hand';

export interface ProposalView {
  id: string;
  plan: string;
  title: string;
  level: Grade;
  scope: Place[];
  drill: boolean;
  prompt: { kind: PromptKind; id?: string };
  why: string;
  at: Time;
  by: string;
  /** The open response that taking it up changes. */
  raises?: { id: string; level: Grade; revision: number };
  state: 'waiting' | 'taken' | 'refused' | 'replaced' | 'lapsed';
  decided_by?: string;
  decided_at?: Time;
  response?: string;
  reason?: string;
}

export interface PlanTask {
  at: 'county' | 'township' | 'village';
  duty: string;
  title: string;
  text: string;
  within_min: number;
}

export interface PlanLevel {
  level: Grade;
  title: string;
  tasks: PlanTask[];
  rounds: string[];
  checks: string[];
}

export interface PlanView {
  id: string;
  title: string;
  source: string;
  end: string[];
  levels: PlanLevel[];
}

/** How the list of the desk begins: what somebody has to decide, what is in force, what is over. */
export type Entry = { id: string; proposal: ProposalView } | { id: string; response: ResponseRow };

/** Returns the colour that goes with a level. */
export function colourOf(level: Grade): Severity {
  return COLOURS[level];
}

/** Returns proposals that wait, then responses in force with the gravest first and drills last, then those that are over. */
export function entries(proposals: readonly ProposalView[], responses: readonly ResponseRow[]): Entry[] {
  const inForce = responses.filter((one) => one.open).sort(gravestFirst);
  const over = responses.filter((one) => !one.open);
  return [
    ...proposals.filter((one) => one.state === 'waiting').map((proposal) => ({ id: proposal.id, proposal })),
    ...[...inForce, ...over].map((response) => ({ id: response.id, response })),
  ];
}

/** Orders responses: in earnest before drills, the gravest first, the newest first within each. */
export function gravestFirst(a: ResponseRow, b: ResponseRow): number {
  return Number(a.drill) - Number(b.drill) || a.level - b.level || (b.started_at ?? '').localeCompare(a.started_at ?? '');
}

/** Returns the light of a task at `now`: yellow from its last quarter on, as the server has it. */
export function lightOfTask(task: Pick<ResponseTask, 'stage' | 'given_at' | 'due_at'>, now: number): Light {
  if (task.stage === 'done') return 'green';
  if (task.stage === 'withdrawn') return 'grey';
  const due = Date.parse(task.due_at);
  if (now >= due) return 'red';
  return (due - now) * 4 <= due - Date.parse(task.given_at) ? 'yellow' : 'grey';
}

export function isOpenTask(task: Pick<ResponseTask, 'stage'>): boolean {
  return task.stage === 'given' || task.stage === 'signed';
}

/** A department or a township with its villages: what it is asked for, and how it stands. */
export interface Unit {
  /** Duty of a department, or code of a township. */
  id: string;
  name: string;
  /** Without those that were taken back, in the order of the plan. */
  tasks: ResponseTask[];
  lights: Light[];
  light: Light;
  done: number;
  late: number;
  /** When the next open task is due; nothing where none is open. */
  next?: number;
}

/** Returns departments and townships in the order of the server, lit as of `now`: nothing moves from one look to the next. */
export function units(view: Pick<ResponseView, 'departments' | 'townships' | 'tasks'>, now: number): { departments: Unit[]; townships: Unit[] } {
  const standing = view.tasks.filter((task) => task.stage !== 'withdrawn');
  const own = (row: TallyRow): Unit => unit(row, standing.filter((task) => unitOf(task) === (row.area ?? row.duty)), now);
  const whole = (rows: readonly TallyRow[]): Unit[] => rows.map(own).filter((one) => one.tasks.length > 0);
  return { departments: whole(view.departments), townships: whole(view.townships) };
}

/** Returns the unit that a task is one of. */
export function unitOf(task: Pick<ResponseTask, 'area' | 'post'>): string {
  const township = task.area.slice(6, 9);
  return township === '000' ? task.post.slice(task.post.indexOf('/') + 1) : `${task.area.slice(0, 9)}000`;
}

function unit(row: TallyRow, tasks: ResponseTask[], now: number): Unit {
  const lights = tasks.map((task) => lightOfTask(task, now));
  const due = tasks.filter(isOpenTask).map((task) => Date.parse(task.due_at));
  return {
    id: row.area ?? row.duty ?? '', name: row.name, tasks, lights, light: gravest(lights),
    done: lights.filter((light) => light === 'green').length,
    late: tasks.filter((task) => task.late_s > 0).length,
    ...(due.length === 0 ? {} : { next: Math.min(...due) }),
  };
}

function gravest(lights: readonly Light[]): Light {
  if (lights.includes('red')) return 'red';
  if (lights.includes('yellow')) return 'yellow';
  return lights.length > 0 && lights.every((light) => light === 'green') ? 'green' : 'grey';
}

/** Returns how many tasks there are of each light. */
export function lightsOf(all: readonly Unit[]): Record<Light, number> {
  const sum: Record<Light, number> = { red: 0, yellow: 0, grey: 0, green: 0 };
  for (const one of all) for (const light of one.lights) sum[light] += 1;
  return sum;
}

type Held = Pick<Cadence, 'id' | 'zh' | 'areas' | 'drill' | 'on' | 'next_due'>;

/** Returns the rounds of reports that a response asks for, each with the rounds that are held somewhere in its scope. */
export function roundsOf(view: Pick<ResponseView, 'rounds' | 'scope' | 'drill'>, cadences: readonly Held[]): { name: string; held?: Held }[] {
  return view.rounds.map((name) => {
    const held = cadences.find((one) => one.on && one.zh === name && one.drill === view.drill
      && one.areas.some((area) => view.scope.some((place) => touches(area, place.area))));
    return { name, ...(held === undefined ? {} : { held }) };
  });
}

/** Tells whether one of two areas lies in the other. */
export function touches(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

export function contains(wide: string, area: string): boolean {
  const prefix = wide.endsWith('000000') ? 6 : wide.endsWith('000') ? 9 : 12;
  return area.slice(0, prefix) === wide.slice(0, prefix);
}

/** Returns the open task after `id` among `tasks`, from the top again after the last; nothing where none is open. */
export function nextOpen(tasks: readonly ResponseTask[], id: string | undefined): ResponseTask | undefined {
  const at = tasks.findIndex((task) => task.id === id);
  return [...tasks.slice(at + 1), ...tasks.slice(0, at + 1)].find((task) => isOpenTask(task) && task.id !== id);
}
