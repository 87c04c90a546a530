/** Where this phone is while a spot check asks. It is looked for meanwhile, and nobody's answer waits for it. */

import type { Here } from '../../board/protocol';
import { found, hereNow, missed, type Finding, type Hindrance } from '../../board/whereabouts';
import { clock } from '../../clock.svelte';

/** Some phones tell nothing new while they lie still: they are asked again, before what they told is old. */
const AGAIN_MS = 30_000;
const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 };

class Whereabouts {
  /** What no asking would mend: a page that came without HTTPS is told nothing. */
  #unasked: Hindrance | undefined = !isSecureContext ? 'insecure' : 'geolocation' in navigator ? undefined : 'silent';
  #finding = $state.raw<Finding>({});
  readonly here = $derived(hereNow(this.#finding, clock.now));
  readonly hindrance = $derived(this.#unasked ?? this.#finding.hindrance);

  /** Returns what goes along with an answer that is given now. */
  along(): { here?: Here } {
    const here = hereNow(this.#finding, clock.exact());
    return here === undefined ? {} : { here };
  }

  /** Looks until what it returns is called; then nothing is known any more. */
  look(): () => void {
    if (this.#unasked !== undefined) return () => undefined;
    let watch = this.#watch();
    const timer = setInterval(() => {
      // Nobody is asked for his leave twice.
      if (this.#finding.place === undefined && this.#finding.hindrance !== 'silent') return;
      navigator.geolocation.clearWatch(watch);
      watch = this.#watch();
    }, AGAIN_MS);
    return () => {
      clearInterval(timer);
      navigator.geolocation.clearWatch(watch);
      this.#finding = {};
    };
  }

  #watch(): number {
    return navigator.geolocation.watchPosition(
      ({ coords }) => (this.#finding = found(coords, clock.exact())),
      ({ code }) => (this.#finding = missed(this.#finding, code)),
      OPTIONS,
    );
  }
}

export const whereabouts = new Whereabouts();
