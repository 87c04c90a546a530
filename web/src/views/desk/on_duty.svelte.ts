/** Who is on duty where, asked for when somebody has to be found: posts by place, title and name, and the numbers of people. */

import { initials, type Place } from '../../board/pinyin';
import { placeOf, postOf } from '../../board/place';
import { live } from '../../live.svelte';
import { api } from '../../net/api';

class OnDuty {
  /** Each post once, found by where it is, what it is called and who has it. */
  posts = $state.raw<readonly Place[]>([]);
  /** By person; masked unless this login may dial it. */
  phones = $state.raw<ReadonlyMap<string, string>>(new Map());
  isFailed = $state(false);

  /** Asks who is on duty now; what was known stays until then. */
  async load(): Promise<void> {
    try {
      const { items } = await api.duty();
      const names = live.board?.names ?? new Map<string, string>();
      const people = new Map<string, string[]>();
      for (const { post, name } of items) people.set(post, [...(people.get(post) ?? []), name]);
      this.posts = [...new Map(items.map((item) => [item.post, item])).values()].map((item) => {
        const name = `${placeOf(names, item.area, item.area_name)} ${postOf(item)}（${people.get(item.post)?.join(' ') ?? ''}）`;
        return { code: item.post, name, initials: initials(name).replace(/[ （）]/g, '') };
      });
      this.phones = new Map(items.flatMap(({ person, phone }) => (phone === undefined ? [] : [[person, phone] as const])));
      this.isFailed = false;
    } catch {
      this.isFailed = true;
    }
  }
}

export const onDuty = new OnDuty();
