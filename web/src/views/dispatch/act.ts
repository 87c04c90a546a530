/** What the keys do with incidents. */

import { inHandFirst } from '../../board/assignment';
import type { AssignmentView } from '../../board/assignment';
import { clock } from '../../clock.svelte';
import { live } from '../../live.svelte';
import { mayDispatch } from '../../roles';
import { desk } from '../desk/desk.svelte';
import { due } from '../desk/due.svelte';
import type { Key } from '../desk/keys';
import { holdFor } from '../supplies/reach';
import { dispatching } from './dispatching.svelte';
import { incidents } from './incidents.svelte';

/** Does what `key` means for incidents; tells whether it means anything to them. */
export function actOnIncidents(key: Key): boolean {
  if (key === 'incidents') incidents.turn();
  else if (key === 'take') take();
  else return incidents.isOpen && actOnOne(key);
  return true;
}

function actOnOne(key: Key): boolean {
  switch (key) {
    case 'up': incidents.move(-1); return true;
    case 'down': incidents.move(1); return true;
    case 'enter': if (dispatching.incident !== undefined) void dispatching.send(); return true;
    case 'escape': goBack(); return true;
    case 'dispatch': startDispatch(); return true;
    case 'needs': focus('needs'); return true;
    case 'order': focus('order'); return true;
    case 'note': focus('note'); return true;
    case 'edit': open('edit'); return true;
    case 'link': open('link'); return true;
    case 'stage': open('stage'); return true;
    case 'task': open('give'); return true;
    case 'reports': due.open(incidents.chosen); return true;
    // While units are chosen, what is wanted next is what they need.
    case 'together': if (dispatching.incident === undefined) planTogether(); else holdFirst(); return true;
    case 'over': incidents.turnOver(); return true;
    default: return false;
  }
}

/** Takes the n-th unit that is offered, else opens the n-th that was sent. */
export function actOnDigit(n: number): void {
  if (dispatching.incident !== undefined) return dispatching.turn(n);
  const one = listedAssignments()[n - 1];
  if (one === undefined) return undefined;
  incidents.assignment = one.id;
  desk.sheet = 'unit';
  return undefined;
}

/** Units of the incident in hand, those to look at first. */
export function listedAssignments(): AssignmentView[] {
  return [...(incidents.detail?.assignments ?? [])].sort(inHandFirst(clock.now));
}

/** Holds what the first depot that is offered has. */
function holdFirst(): void {
  const [offer] = dispatching.depots;
  if (dispatching.incident !== undefined && offer !== undefined) void holdFor(dispatching.incident.id, offer);
}

/** Opens the choice of units for the incident in hand. */
export function startDispatch(): void {
  const { detail } = incidents;
  if (detail?.open === true) dispatching.open(detail);
}

/** Opens the plan for several incidents. */
export function planTogether(): void {
  if (live.board !== undefined && mayDispatch(live.board.me.role)) desk.sheet = 'together';
}

function take(): void {
  if (live.board !== undefined && mayDispatch(live.board.me.role)) desk.sheet = 'take';
}

function open(sheet: 'edit' | 'link' | 'stage' | 'give'): void {
  if (incidents.detail !== undefined) desk.sheet = sheet;
}

function focus(id: string): void {
  document.getElementById(`incident-${id}`)?.focus();
}

function goBack(): void {
  const active = document.activeElement;
  const wasTyping = active instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
  if (active instanceof HTMLElement) active.blur();
  if (wasTyping) return;
  if (dispatching.incident !== undefined) dispatching.close();
  else incidents.turn();
}
