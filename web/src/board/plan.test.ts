import { expect, it } from 'vitest';
import { at, COUNTY, START, TOWNSHIP, VILLAGE } from './fixture';
import { areasAt, byTitle, previewOf, reach } from './plan';
import type { PlanLevel, ResponseTask } from './response';

const OTHER = '990101004000';
const AREAS = [COUNTY, TOWNSHIP, VILLAGE, OTHER];
const POSTS = new Set([`${COUNTY}/water_bureau`, `${TOWNSHIP}/head`, `${OTHER}/head`]);
const LEVEL: PlanLevel = {
  level: 4, title: '', rounds: [], checks: [],
  tasks: [
    { at: 'county', duty: 'water_bureau', title: '巡堤', text: '每两小时', within_min: 120 },
    { at: 'township', duty: 'head', title: '到岗', text: '在岗', within_min: 30 },
    { at: 'village', duty: 'village_head', title: '入户', text: '', within_min: 60 },
  ],
};

it('a scope reaches down to what lies in it and up to what it lies in', () => {
  expect(areasAt('county', [VILLAGE], AREAS)).toEqual([COUNTY]);
  expect(areasAt('township', [VILLAGE], AREAS)).toEqual([TOWNSHIP]);
  expect(areasAt('township', [COUNTY], AREAS)).toEqual([TOWNSHIP, OTHER]);
  expect(areasAt('village', [OTHER], AREAS)).toEqual([]);
});

it('says who would be given what, and what no post would do', () => {
  const preview = previewOf(LEVEL, [COUNTY], AREAS, POSTS, [], START);
  expect(reach(preview.give)).toEqual({ tasks: 3, posts: 3, departments: 1, townships: 2, soonest: 30 });
  expect(byTitle(preview.give).map(({ title, posts }) => [title, posts.length])).toEqual([['巡堤', 1], ['到岗', 2]]);
  expect(preview.gaps.map(({ post }) => post)).toEqual([`${VILLAGE}/village_head`]);
  expect(reach([])).toEqual({ tasks: 0, posts: 0, departments: 0, townships: 0, soonest: 0 });
});

it('what was asked for in the same words stays; other words, a later deadline or a smaller scope take it back', () => {
  const given = [
    task('t-1', `${COUNTY}/water_bureau`, '巡堤', '每小时'), task('t-2', `${TOWNSHIP}/head`, '到岗', '在岗', 'done'),
    task('t-3', `${OTHER}/head`, '到岗', '在岗'),
  ];
  const narrower = previewOf(LEVEL, [TOWNSHIP], AREAS, POSTS, given, START);
  expect(narrower.give.map(({ post }) => post)).toEqual([`${COUNTY}/water_bureau`]);
  expect([narrower.stays, narrower.withdraw.map(({ id }) => id)]).toEqual([1, ['t-1', 't-3']]);
  const sooner = previewOf(LEVEL, [OTHER], AREAS, POSTS, [{ ...task('t-3', `${OTHER}/head`, '到岗', '在岗'), due_at: at(3_600) }], START);
  expect([sooner.stays, sooner.withdraw.map(({ id }) => id), sooner.give.length]).toEqual([0, ['t-3'], 2]);
});

function task(id: string, post: string, title: string, text: string, stage: ResponseTask['stage'] = 'given'): ResponseTask {
  return {
    id, area: post.slice(0, 12), area_name: '', post, post_name: '', title, text, stage, given_at: at(0), due_at: at(1_800),
    late_s: 0, reminders: 0, note: '',
  };
}
