/** A made county for the development server: divisions, people and posts, the same on every start. */

import type { DutyGap, DutyItem } from '../src/board/protocol';

export const COUNTY = '990101000000';
export const ZONE = 'Asia/Shanghai';

const TOWNSHIPS = [
  '黎阳街道', '东湖街道', '善堂镇', '屯河镇', '新镇', '小河镇', '卫贤镇', '王庄镇', '白寺镇', '石桥乡', '双溪畲族乡',
];
const VILLAGE_HEADS = ['东', '西', '南', '北', '前', '后', '上', '下', '大', '小'];
const VILLAGE_TAILS = ['街村', '庄村', '河村', '桥村', '岭村', '湾村', '寨村', '店村', '塘村'];
const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹'];
const GIVEN = ['建国', '志强', '秀英', '伟', '丽华', '国庆', '海燕', '永福', '桂兰', '明', '长河', '春梅', '振东', '玉珍', '学军'];
const VILLAGES = 478;

export interface Person {
  id: string;
  name: string;
  title: string;
  phone: string;
}

export interface Post {
  id: string;
  title: string;
  area: string;
  /** First the one on duty, then the deputy. */
  people: Person[];
}

export const areas = new Map<string, string>([[COUNTY, '示例县']]);
export const people = new Map<string, Person>();
export const posts = new Map<string, Post>();

export const duties: Record<string, string> = {
  lead_officer: '带班领导', duty_officer: '值班员', standby: '备勤', secretary: '村书记',
};

TOWNSHIPS.forEach((name, index) => areas.set(township(index), name));
for (let number = 0; number < VILLAGES; number += 1) {
  const index = number % TOWNSHIPS.length;
  const nth = Math.floor(number / TOWNSHIPS.length);
  const code = township(index).slice(0, 9) + String(nth + 1).padStart(3, '0');
  const head = VILLAGE_HEADS[(nth + index) % VILLAGE_HEADS.length];
  areas.set(code, `${head}${VILLAGE_TAILS[(nth * 7 + index) % VILLAGE_TAILS.length]}`);
}
for (const [code, name] of areas) addPosts(code, name);

/** Returns the codes directly below `parent`. */
export function childrenOf(parent: string): string[] {
  const [length, next] = parent.endsWith('000000') ? [6, 9] : [9, 12];
  return [...areas.keys()].filter((code) =>
    code !== parent && code.startsWith(parent.slice(0, length)) && /^0*$/.test(code.slice(next)));
}

/** Returns who is on duty at the county and in the townships, with one gap. */
export function dutyAt(from: string, to: string): { items: DutyItem[]; gaps: DutyGap[] } {
  const watched = [...posts.values()].filter((post) => !post.id.endsWith('/secretary'));
  const about = (post: Post) => {
    const duty = post.id.slice(post.id.indexOf('/') + 1);
    return {
      area: post.area, area_name: areas.get(post.area) ?? '', post: post.id, post_title: post.title, duty,
      duty_name: duties[duty] ?? duty, from, to,
    };
  };
  const isGap = (post: Post): boolean => post.id === `${township(6)}/duty_officer`;
  return {
    items: watched.filter((post) => !isGap(post)).flatMap((post) => post.people.slice(0, 1).map((person) => ({
      ...about(post), person: person.id, name: person.name, phone: person.phone,
      source: post.area === township(2) ? 'override' as const : 'table' as const,
    }))),
    gaps: watched.filter(isGap).map(about),
  };
}

function addPosts(code: string, name: string): void {
  const kinds = code.endsWith('000') ? ['lead_officer', 'duty_officer'] : ['secretary'];
  for (const kind of kinds) {
    const title = kind === 'secretary' ? '村书记' : duties[kind] ?? kind;
    posts.set(`${code}/${kind}`, {
      id: `${code}/${kind}`, title, area: code, people: [addPerson(name + title), addPerson(`${name}副职`)],
    });
  }
}

function addPerson(title: string): Person {
  const number = people.size;
  const surname = SURNAMES[(number * 13) % SURNAMES.length] ?? '';
  const person: Person = {
    id: `p${number + 1}`,
    name: surname + (GIVEN[(number * 7) % GIVEN.length] ?? ''),
    title,
    phone: `1380099${String(number).padStart(4, '0')}`,
  };
  people.set(person.id, person);
  return person;
}

function township(index: number): string {
  return `990101${String(index < 2 ? index + 1 : index + 99).padStart(3, '0')}000`;
}
