import { expect, it } from 'vitest';

import { faultOf, markOf, OUTLETS, units } from './bulletin';

it.each([
  ['暴雨', [2, 2, 2]], ['10:30', [5, 5, 3]], ['a', [1, 1, 1]], ['🌊', [2, 1, 1]], ['', [0, 0, 0]],
])('each outlet counts “%s” as the server does', (text, expected) => {
  expect(OUTLETS.map((outlet) => units(outlet, text))).toEqual(expected);
});

it('what is too long or not marked as a drill cannot go out', () => {
  expect(faultOf('sms', 'actual', '雨'.repeat(70), 70)).toBeUndefined();
  expect(faultOf('sms', 'actual', '雨'.repeat(71), 70)).toBe('long');
  expect(faultOf('sms', 'exercise', '暴雨来了', 70)).toBe('unmarked');
  expect(faultOf('sms', 'exercise', '【演练】暴雨来了', 70)).toBeUndefined();
  expect(faultOf('loudspeaker', 'exercise', '【演练】暴雨来了', 600)).toBe('unmarked');
  expect(faultOf('banner', 'exercise', ' ', 40)).toBeUndefined();
});

it('a loudspeaker says aloud that it is a drill', () => {
  expect(OUTLETS.map((outlet) => markOf(outlet, 'exercise'))).toEqual(['【演练】', '演练，这是演练。', '【演练】']);
  expect(markOf('loudspeaker', 'test')).toBe('测试，这是测试。');
  expect(markOf('loudspeaker', 'actual')).toBe('');
});
