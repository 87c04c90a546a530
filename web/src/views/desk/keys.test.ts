import { expect, it } from 'vitest';

import { digitOf, keyOf, pageOf, type Press } from './keys';

it('reads a letter by its place on the keyboard, whatever an input method makes of it', () => {
  expect(keyOf(press({ code: 'KeyN', key: 'n' }), false)).toBe('new_warning');
  expect(keyOf(press({ code: 'KeyN', key: 'Process' }), false)).toBe('new_warning');
  expect(keyOf(press({ code: 'KeyT', key: 't' }), false)).toBe('map');
  expect(keyOf(press({ code: 'KeyP', key: 'p' }), false)).toBe('refusals');
  expect(keyOf(press({ code: 'KeyW', key: 'w' }), false)).toBe('dossier');
  expect(keyOf(press({ code: 'KeyB', key: 'b' }), false)).toBe('waiting');
  expect(keyOf(press({ code: 'KeyX', key: 'x' }), false)).toBe('sources');
  expect(keyOf(press({ code: 'KeyI', key: 'i' }), false)).toBe('incidents');
  expect(keyOf(press({ code: 'KeyE', key: 'e' }), false)).toBe('take');
  expect(keyOf(press({ code: 'KeyD', key: 'd' }), false)).toBe('dispatch');
  expect(keyOf(press({ code: 'Slash', key: '/' }), false)).toBe('search');
  expect(keyOf(press({ code: 'Slash', key: '?', shiftKey: true }), false)).toBe('help');
});

it('reads numbers from both places of the keyboard, and never from text', () => {
  expect(digitOf(press({ code: 'Digit3', key: '3' }), false)).toBe(3);
  expect(digitOf(press({ code: 'Numpad9', key: '9' }), false)).toBe(9);
  expect(digitOf(press({ code: 'Digit0', key: '0' }), false)).toBeUndefined();
  expect([pageOf(press({ code: 'Digit0', key: '0' }), false), pageOf(press({ code: 'Digit3', key: '3' }), false)]).toEqual([10, 3]);
  expect(digitOf(press({ code: 'Digit3', key: '#', shiftKey: true }), false)).toBeUndefined();
  expect(digitOf(press({ code: 'Digit3', key: '3' }), true)).toBeUndefined();
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
