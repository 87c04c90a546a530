/** Who has fallen silent and who is heard again. Pure; what is not known to be silent cannot end. */

import type { Silent } from './board';
import type { AboutSilence, BoardEvent, Voice } from './event';
import type { SilenceView } from './protocol';

/** What may change who is silent. */
export type SilenceEvent = Extract<BoardEvent, { kind: 'silence_began' | 'silence_ended' | 'site_removed' }>;

/** Tells whether `event` may change who is silent. */
export function isAboutSilence(event: BoardEvent): event is SilenceEvent {
  return event.kind === 'silence_began' || event.kind === 'silence_ended' || event.kind === 'site_removed';
}

/** Returns who is silent after `event`. */
export function reduceSilences(silences: Silent, event: SilenceEvent, names: ReadonlyMap<string, string>): Silent {
  switch (event.kind) {
    case 'silence_began': return begin(silences, event.data, names);
    case 'silence_ended': return end(silences, event.data.voice);
    // A site that is no more need not have been a gauge.
    case 'site_removed': return silences.gauges.items.has(event.data.id) ? end(silences, { gauge: event.data.id }) : silences;
  }
}

/** Returns the silent gauges, those that fell silent last first. */
export function silentGauges(silences: Silent): SilenceView[] {
  return [...silences.gauges.items.values()].sort((a, b) => b.heard_at.localeCompare(a.heard_at));
}

function begin(silences: Silent, data: AboutSilence, names: ReadonlyMap<string, string>): Silent {
  const { voice, area, heard_at, callout } = data;
  const id = idOf(voice);
  const name = 'gauge' in voice ? names.get(id) ?? id : id;
  const view: SilenceView = { id, name, area, heard_at, ...(callout === undefined ? {} : { callout }) };
  if ('source' in voice) return { ...silences, sources: new Map(silences.sources).set(id, view) };
  const { total, items } = silences.gauges;
  return { ...silences, gauges: { total: items.has(id) ? total : total + 1, items: new Map(items).set(id, view) } };
}

/** A list that was cut need not hold it. */
function end(silences: Silent, voice: Voice): Silent {
  const id = idOf(voice);
  if ('source' in voice) return { ...silences, sources: without(silences.sources, id) };
  const items = without(silences.gauges.items, id);
  return { ...silences, gauges: { total: Math.max(items.size, silences.gauges.total - 1), items } };
}

function without(items: ReadonlyMap<string, SilenceView>, id: string): Map<string, SilenceView> {
  const rest = new Map(items);
  rest.delete(id);
  return rest;
}

function idOf(voice: Voice): string {
  return 'gauge' in voice ? voice.gauge : voice.source;
}
