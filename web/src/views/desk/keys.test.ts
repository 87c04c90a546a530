import { expect, it } from 'vitest';

import { keyOf, type Press } from './keys';

it('reads a letter by its place on the keyboard, whatever an input method makes of it', () => {
  expect(keyOf(press({ code: 'KeyN', key: 'n' }), false)).toBe('new_warning');
  expect(keyOf(press({ code: 'KeyN', key: 'Process' }), false)).toBe('new_warning');
  expect(keyOf(press({ code: 'KeyT', key: 't' }), false)).toBe('map');
  expect(keyOf(press({ code: 'KeyP', key: 'p' }), false)).toBe('refusals');
  expect(keyOf(press({ code: 'KeyW', key: 'w' }), false)).toBe('dossier');
  expect(keyOf(press({ code: 'KeyB', key: 'b' }), false)).toBe('waiting');
  expect(keyOf(press({ code: 'KeyX', key: 'x' }), false)).toBe('sources');
  expect(keyOf(press({ code: 'Slash', key: '/' }), false)).toBe('search');
  expect(keyOf(press({ code: 'Slash', key: '?', shiftKey: true }), false)).toBe('help');
});

it('leaves composing, typing and the browser’s own keys alone', () => {
  expect(keyOf(press({ code: 'KeyN', isComposing: true }), false)).toBeUndefined();
  expect(keyOf(press({ code: 'KeyN', keyCode: 229 }), false)).toBeUndefined();
  expect(keyOf(press({ code: 'Escape', isComposing: true }), true)).toBeUndefined();
  expect(keyOf(press({ code: 'KeyN' }), true)).toBeUndefined();
  expect(keyOf(press({ code: 'KeyN', ctrlKey: true }), false)).toBeUndefined();
});

it('Escape leaves a text field', () => {
  expect(keyOf(press({ code: 'Escape' }), true)).toBe('escape');
});

function press(change: Partial<Press>): Press {
  return {
    code: '', key: '', isComposing: false, keyCode: 0, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...change,
  };
}
