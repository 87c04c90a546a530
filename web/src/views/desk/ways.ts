/** Where the desk shows what is open when a post is handed over. */

import type { MatterKind } from '../../board/handover';
import { levels } from '../../levels.svelte';
import { live } from '../../live.svelte';
import { incidents } from '../dispatch/incidents.svelte';
import { desk } from './desk.svelte';
import { places } from './places.svelte';

/** Returns what shows one of a kind; nothing where the desk has no page for it. */
export function showMatter(kind: MatterKind): ((id: string) => void) | undefined {
  switch (kind) {
    case 'callouts': return (id) => {
      places.go('callouts');
      if (live.board?.callouts.has(id) === true) desk.choose(id);
    };
    case 'incidents': return (id) => {
      incidents.open();
      incidents.choose(id);
    };
    case 'responses': return (id) => {
      levels.wanted = id;
      places.go('response');
    };
    case 'reports': return () => places.go('reports');
    case 'tasks': return undefined;
  }
}
