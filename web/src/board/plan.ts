/** What a plan would ask of whom, reckoned before anybody is asked. Pure; the same rules as the server's. */

import { isOpenTask, touches, unitOf, type PlanLevel, type PlanTask, type ResponseTask } from './response';

/** One task for one post. */
export interface Asked {
  area: string;
  post: string;
  title: string;
  text: string;
  within_min: number;
}

export interface Preview {
  /** To be given anew. */
  give: Asked[];
  /** Asked for already in the same words: it stays, done or open. */
  stays: number;
  /** Open, and not asked for any more. */
  withdraw: ResponseTask[];
  /** Asked of posts that the county does not have: nobody would do it. */
  gaps: Asked[];
}

/** Returns the areas at a level of divisions that lie in the scope, or that something of the scope lies in. */
export function areasAt(at: PlanTask['at'], scope: readonly string[], all: readonly string[]): string[] {
  return all.filter((area) => levelOf(area) === at && scope.some((one) => touches(one, area)));
}

/** Returns what changes when the tasks that were `given` are to be those of a level in a scope. */
export function previewOf(
  level: PlanLevel, scope: readonly string[], areas: readonly string[], posts: ReadonlySet<string>, given: readonly ResponseTask[], now: number,
): Preview {
  const preview: Preview = { give: [], stays: 0, withdraw: [], gaps: [] };
  const known = new Map<string, ResponseTask[]>();
  for (const task of given) known.set(`${task.post} ${task.title}`, [...(known.get(`${task.post} ${task.title}`) ?? []), task]);
  for (const asked of level.tasks.flatMap((task) => askedOf(task, scope, areas))) {
    const key = `${asked.post} ${asked.title}`;
    if (!posts.has(asked.post)) preview.gaps.push(asked);
    else {
      const of = known.get(key) ?? [];
      known.delete(key);
      const standing = of.some((task) => stands(task, asked, now));
      preview.withdraw.push(...of.filter((task) => isOpenTask(task) && !stands(task, asked, now)));
      if (standing) preview.stays += 1;
      else preview.give.push(asked);
    }
  }
  preview.withdraw.push(...[...known.values()].flat().filter(isOpenTask));
  return preview;
}

/** Returns how many departments and townships are given something, with how many tasks. */
export function reach(asked: readonly Asked[]): { tasks: number; posts: number; departments: number; townships: number; soonest: number } {
  const units = new Set(asked.map(unitOf));
  const townships = [...units].filter((unit) => /^\d{12}$/.test(unit)).length;
  return {
    tasks: asked.length,
    posts: new Set(asked.map((one) => one.post)).size,
    departments: units.size - townships,
    townships,
    soonest: asked.length === 0 ? 0 : Math.min(...asked.map((one) => one.within_min)),
  };
}

/** Returns each title with how many posts are asked for it and how soon, in the order of the plan. */
export function byTitle(asked: readonly Asked[]): { title: string; posts: string[]; within_min: number }[] {
  const rows = new Map<string, { title: string; posts: string[]; within_min: number }>();
  for (const { title, post, within_min } of asked) {
    const row = rows.get(`${title} ${within_min}`) ?? { title, posts: [], within_min };
    row.posts.push(post);
    rows.set(`${title} ${within_min}`, row);
  }
  return [...rows.values()];
}

function askedOf({ at, duty, title, text, within_min }: PlanTask, scope: readonly string[], areas: readonly string[]): Asked[] {
  return areasAt(at, scope, areas).map((area) => ({ area, post: `${area}/${duty}`, title, text, within_min }));
}

/** Tells whether what was given is what is asked for: in the same words, and due no later than it would be now. */
function stands(task: ResponseTask, asked: Asked, now: number): boolean {
  if (task.text !== asked.text || task.stage === 'withdrawn') return false;
  return task.stage === 'done' || Date.parse(task.due_at) <= now + asked.within_min * 60_000;
}

function levelOf(area: string): string {
  if (!area.endsWith('000')) return 'village';
  return area.endsWith('000000') ? 'county' : 'township';
}
