/** What a proposal was prompted by: its name, and where the desk shows it. */

import type { Board } from '../../board/board';
import type { ProposalView } from '../../board/response';
import { gauges } from '../../gauges.svelte';
import { desk } from '../desk/desk.svelte';
import { incidents } from '../dispatch/incidents.svelte';

/** Returns what it is called; nothing where the desk cannot show it. */
export function causeOf(board: Board, { prompt, drill }: ProposalView): string | undefined {
  const { kind, id } = prompt;
  if (id === undefined) return undefined;
  if (kind === 'warning') return board.warnings.get(id)?.headline;
  if (kind === 'gauge') return gauges.all[drill ? 'drill' : 'real'].find((gauge) => gauge.id === id)?.name;
  const incident = incidents.rows.find((one) => one.id === id);
  return incident === undefined ? undefined : `${incident.kind_name} ${incident.title}`;
}

/** Shows it. */
export function openCause({ prompt }: ProposalView): void {
  const { kind, id } = prompt;
  if (id === undefined) return;
  if (kind === 'warning') desk.read(id);
  else if (kind === 'gauge') desk.sheet = 'gauges';
  else {
    incidents.open();
    incidents.choose(id);
  }
}
