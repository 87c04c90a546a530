import { expect, it } from 'vitest';

import { at, TOWNSHIP } from './fixture';
import { flawsSoon } from './flaw';
import type { FlawView } from './protocol';

function flaw(post: string, soon: boolean): FlawView {
  return { area: TOWNSHIP, area_name: '黎阳街道', post, post_title: post, flaw: 'gap', from: at(0), to: at(60), times: 1, soon };
}

it('what is in haste is shown, and of the rest only the roster page says', () => {
  const items = [flaw('a', true), flaw('b', true), flaw('c', false)];
  const { shown, total } = flawsSoon({ at: at(0), items: [], gaps: [], flaws: { total: 3, items } }, 1);
  expect([shown.map(({ post }) => post), total]).toEqual([['a'], 2]);
  expect(flawsSoon({ at: at(0), items: [], gaps: [] }, 3)).toEqual({ shown: [], total: 0 });
});
