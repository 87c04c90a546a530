/** What the page knows of its map: what stands, asked over HTTP, and what moves, told by the socket. */

import type { BoardEvent } from '../board/event';
import { isIncidentEvent } from '../board/incident';
import type { Box, ClustersFrame, MapView, PositionsFrame } from '../board/protocol';
import { clock } from '../clock.svelte';
import { live } from '../live.svelte';
import { api } from '../net/api';
import { NOWHERE } from './face';
import { isSimulated, NO_FLEET, reduceFleet, tally, type Fleet } from './fleet';
import { BASE_LAYERS, SITE_LAYERS, unitsOf, type Ground, type LayerName } from './ground';

const ALL_LAYERS: readonly LayerName[] = [...BASE_LAYERS, 'warnings', 'incidents', ...SITE_LAYERS, 'units'];
/** Changes of the ground come in bursts; they are asked for once. */
const GATHER_MS = 300;
/** What could not be had is asked for again, and so is who an unknown unit is. */
const AGAIN_MS = 10_000;

class MapState {
  ground = $state.raw<Ground>([]);
  fleet = $state.raw<Fleet>(NO_FLEET);
  /** The ground has been told at least once. */
  isAsked = $state(false);
  /** Drawn on a plain canvas, because the browser has no WebGL. */
  isPlain = $state(false);
  /** What part is in view. */
  view = $state.raw<Box | undefined>(undefined);
  chosen = $state<string | undefined>(undefined);
  readonly units = $derived(unitsOf(this.ground));
  readonly tally = $derived(tally(this.fleet, this.units, clock.now));
  readonly isSimulated = $derived(isSimulated(this.fleet, this.units));
  #isStarted = false;
  #next: Fleet = NO_FLEET;
  #frame = 0;
  #wanted = new Set<LayerName>();
  /** What is wanted will be asked for, or is being asked for. */
  #isAsking = false;
  #askedUnitsAt = 0;

  /** Begins to follow; once is enough. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    live.onPositions((frame) => this.#take(frame));
    // A snapshot comes without events: what happened meanwhile is not known.
    live.onEvents((events) => this.#want(events.length === 0 ? ALL_LAYERS : events.flatMap(layersOf)));
    if (live.board !== undefined) this.#want(ALL_LAYERS);
  }

  /** Says which part is looked at. */
  look(view: MapView): void {
    this.view = view.bbox;
    live.look(view);
  }

  /** Nobody looks any more: nothing that moves is told until somebody does. */
  rest(): void {
    this.look(NOWHERE);
  }

  #take(frame: PositionsFrame | ClustersFrame): void {
    this.#next = reduceFleet(this.#next, frame, this.view);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#show());
  }

  #show(): void {
    this.#frame = 0;
    this.fleet = this.#next;
    const now = performance.now();
    const isUnknown = [...this.fleet.spots.keys()].some((unit) => !this.units.has(unit));
    if (!isUnknown || now - this.#askedUnitsAt < AGAIN_MS) return;
    this.#askedUnitsAt = now;
    this.#want(['units']);
  }

  #want(layers: readonly LayerName[], wait_ms = GATHER_MS): void {
    for (const layer of layers) this.#wanted.add(layer);
    if (this.#isAsking || this.#wanted.size === 0) return;
    this.#isAsking = true;
    setTimeout(() => void this.#ask(), wait_ms);
  }

  async #ask(): Promise<void> {
    const layers = [...this.#wanted];
    this.#wanted.clear();
    try {
      const { features } = await api.map(layers);
      const asked = new Set<string>(layers);
      this.ground = [...this.ground.filter((one) => !asked.has(one.properties.layer)), ...features];
      this.isAsked = true;
      this.#isAsking = false;
      this.#want([]);
    } catch {
      this.#isAsking = false;
      this.#want(layers, AGAIN_MS);
    }
  }
}

export const map = new MapState();

function layersOf(event: BoardEvent): LayerName[] {
  if (event.kind === 'warning_accepted' || event.kind === 'warning_ended') return ['warnings'];
  if (isIncidentEvent(event)) return ['incidents', 'units'];
  if (event.kind === 'map_changed' || event.kind === 'site_removed') return [...SITE_LAYERS, 'units'];
  return event.kind === 'roster_changed' ? ['areas'] : [];
}
