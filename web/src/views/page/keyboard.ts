/** What keys do while a page is shown, whichever face it belongs to. */

import { hasModifier, isTyping, type Key } from '../desk/keys';
import { hearing, keycap } from './ears.svelte';
import type { Pages } from './pages.svelte';

/** Does what a key means on the page of a face that is shown; tells whether it means anything there. */
export function actOnPage<Name extends string>(event: KeyboardEvent, key: Key | undefined, pages: Pages<Name>): boolean {
  const ears = hearing.now;
  const isText = isTyping(event.target);
  switch (key) {
    case 'up': ears.move?.(-1); return ears.move !== undefined;
    case 'down': ears.move?.(1); return ears.move !== undefined;
    case 'enter': if (!isControl(event.target)) ears.enter?.(); return !isControl(event.target) && ears.enter !== undefined;
    case 'escape': goBack(isText, pages); return true;
    default: return !isText && !hasModifier(event) && !isPressed(event) && hearing.press(event.code);
  }
}

/** Tells whether Enter is the control's own. */
export function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(BUTTON|A)$/.test(target.tagName);
}

/** Tells whether the space bar presses the button that has the keys. */
function isPressed({ code, target }: KeyboardEvent): boolean {
  return code === 'Space' && target instanceof HTMLButtonElement;
}

/** The page's own keys, each with what it does. */
export function keysOfPage(): [string, string][] {
  return hearing.now.deeds.map(({ code, name }): [string, string] => [keycap(code), name]);
}

/** Escape leaves a text first, then what the page has open, then the page. */
function goBack<Name extends string>(wasTyping: boolean, pages: Pages<Name>): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  if (pages.isArmed) pages.isArmed = false;
  else if (!wasTyping && hearing.now.back?.() !== true) pages.go(pages.home);
}
