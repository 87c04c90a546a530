/** Which face a role works with, and what is offered to it there; the server decides. */

import type { Role } from './board/protocol';

/** Returns the page of a role; nothing for machines, which have none. */
export function pageOf(role: Role): string | undefined {
  switch (role) {
    case 'leader': return '/phone';
    case 'screen': return '/screen';
    case 'commander':
    case 'dispatcher': return '/desk';
    case 'admin': return '/admin';
    case 'gateway': return undefined;
  }
}

/** Returns where to go after logging in: where somebody came from, if that is one of our pages. */
export function destination(search: string, role: Role): string | undefined {
  const next = new URLSearchParams(search).get('next');
  const isOurs = next !== null && /^\/(screen|phone|desk|admin)(\?[^#]*)?$/.test(next);
  return isOurs ? next : pageOf(role);
}

/** Tells whether a role words what the public is to be told. */
export function mayDraft(role: Role): boolean {
  return role === 'commander' || role === 'dispatcher';
}

/** Tells whether a role takes incidents down, sends units and gives tasks. */
export function mayDispatch(role: Role): boolean {
  return role === 'commander' || role === 'dispatcher';
}

/** Tells whether a role decides what a warning suggests, and what goes out to the public. */
export function mayDecide(role: Role): boolean {
  return role === 'commander' || role === 'leader';
}

/** Tells whether a role signs what is reported to the levels above. */
export function maySign(role: Role): boolean {
  return role === 'commander' || role === 'leader';
}

/** Tells whether a role has townships report, and answers for them. */
export function mayInstruct(role: Role): boolean {
  return mayDispatch(role) || role === 'leader';
}

/** Tells whether a role puts substitutes into the roster and notes leave. */
export function mayOverrideRoster(role: Role): boolean {
  return role === 'commander' || role === 'dispatcher' || role === 'admin';
}

/** Tells whether a role signs for a post on behalf of whoever is there. */
export function mayAnswerForOthers(role: Role): boolean {
  return role === 'commander' || role === 'dispatcher';
}

/** Tells whether a role changes duty tables, rotations and holidays. */
export function mayEditRoster(role: Role): boolean {
  return role === 'admin';
}
