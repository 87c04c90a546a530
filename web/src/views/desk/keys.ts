/** The dispatcher's keys. Letters count only outside text fields, and never while an input method composes. */

export type Key =
  | 'new_warning' | 'new_callout' | 'answer_for' | 'search' | 'help' | 'escape' | 'up' | 'down' | 'enter' | 'refresh'
  | 'noted' | 'map' | 'refusals' | 'gauges' | 'form' | 'dossier' | 'waiting' | 'sources'
  | 'go' | 'incidents' | 'take' | IncidentKey;

/** These mean something only while the desk shows incidents. */
type IncidentKey = 'dispatch' | 'needs' | 'order' | 'note' | 'edit' | 'link' | 'stage' | 'task' | 'reports' | 'together' | 'over';

/** What the machine needs of a key press. */
export type Press = Pick<
  KeyboardEvent, 'code' | 'key' | 'isComposing' | 'keyCode' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'
>;

const LETTERS: Record<string, Key> = {
  KeyN: 'new_warning', KeyM: 'new_callout', KeyA: 'answer_for', KeyR: 'refresh', KeyK: 'noted', KeyT: 'map',
  KeyP: 'refusals', KeyG: 'gauges', KeyF: 'form', KeyW: 'dossier', KeyB: 'waiting', KeyX: 'sources',
  KeyI: 'incidents', KeyE: 'take', KeyD: 'dispatch', KeyQ: 'needs', KeyO: 'order', KeyJ: 'note', KeyV: 'edit', KeyL: 'link',
  KeyC: 'stage', KeyY: 'task', KeyH: 'go', KeyS: 'reports', KeyU: 'together', KeyZ: 'over',
};
const MOVES: Record<string, Key> = { ArrowUp: 'up', ArrowDown: 'down', Enter: 'enter', NumpadEnter: 'enter' };

/** Returns what a press means; nothing where it is text, or somebody else's. */
export function keyOf(press: Press, inText: boolean): Key | undefined {
  // 229 is what browsers say while a Chinese input method holds the keyboard.
  if (press.isComposing || press.keyCode === 229) return undefined;
  if (hasModifier(press)) return undefined;
  if (press.code === 'Escape') return 'escape';
  if (inText) return undefined;
  if (press.key === '?' || press.key === '？') return 'help';
  if (press.shiftKey) return undefined;
  if (press.code === 'Slash') return 'search';
  return LETTERS[press.code] ?? MOVES[press.code];
}

/** Tells whether it is the browser's or the system's. */
export function hasModifier(press: Press): boolean {
  return press.ctrlKey || press.altKey || press.metaKey;
}

/** Returns the number from 1 to 9 that a press means; nothing where it is text, or somebody else's. */
export function digitOf(press: Press, inText: boolean): number | undefined {
  if (inText || press.isComposing || press.keyCode === 229) return undefined;
  if (hasModifier(press) || press.shiftKey) return undefined;
  const [, digit] = /^(?:Digit|Numpad)([1-9])$/.exec(press.code) ?? [];
  return digit === undefined ? undefined : Number(digit);
}

/** Returns the number of the page that a press means: 0 is the tenth. */
export function pageOf(press: Press, inText: boolean): number | undefined {
  const isTen = !inText && !hasModifier(press) && !press.shiftKey && /^(?:Digit|Numpad)0$/.test(press.code);
  return isTen ? 10 : digitOf(press, inText);
}

/** Tells whether presses on `target` are text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
