/** Plays the alarm. A browser stays silent until it is touched once, and the page says so until then. */

import { figure, mutedFor } from './alarm';
import { clock } from './clock.svelte';
import type { Severity } from './board/protocol';

/** How often the player looks whether the next figure is due. */
const LOOK_MS = 250;

class Sound {
  /** The browser lets this page sound. */
  isOn = $state(false);
  #mutedAt = $state<number | undefined>(undefined);
  #context: AudioContext | undefined;
  #severity: Severity | undefined;
  #since = 0;
  #nextAt = 0;

  get mutedFor(): number {
    return mutedFor(this.#mutedAt, clock.now);
  }

  /** Turns sound on; only works inside a press of the person's. Plays a test tone. */
  async unlock(): Promise<void> {
    this.#context ??= this.#make();
    await this.#context.resume();
    this.isOn = this.#context.state === 'running';
    if (this.isOn) this.#play('blue', 0);
  }

  mute(): void {
    this.#mutedAt = clock.now;
  }

  unmute(): void {
    this.#mutedAt = undefined;
  }

  /** Sounds for `severity` until told otherwise; nothing means silence. A graver one begins anew. */
  demand(severity: Severity | undefined): void {
    if (severity === this.#severity) return;
    this.#severity = severity;
    this.#since = Date.now();
    this.#nextAt = 0;
  }

  #make(): AudioContext {
    const context = new AudioContext();
    context.onstatechange = () => {
      this.isOn = context.state === 'running';
    };
    setInterval(() => this.#look(), LOOK_MS);
    return context;
  }

  #look(): void {
    const now = Date.now();
    if (this.#severity === undefined || now < this.#nextAt || mutedFor(this.#mutedAt, clock.exact()) > 0) return;
    this.#nextAt = now + this.#play(this.#severity, now - this.#since);
    // Phones that can shake do; others, and those not touched yet, refuse without harm.
    if ('vibrate' in navigator) navigator.vibrate([400, 200, 400]);
  }

  /** Returns when the figure is due again. */
  #play(severity: Severity, since_ms: number): number {
    const { every_ms, tones } = figure(severity, since_ms);
    const context = this.#context;
    if (context === undefined) return every_ms;
    for (const tone of tones) {
      const from = context.currentTime + tone.at_ms / 1_000;
      const to = from + tone.lasts_ms / 1_000;
      const source = new OscillatorNode(context, { type: 'triangle', frequency: tone.hertz });
      const gain = new GainNode(context, { gain: 0 });
      // Without these slopes every tone would begin and end with a click.
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(tone.gain, from + 0.015);
      gain.gain.setValueAtTime(tone.gain, to - 0.03);
      gain.gain.linearRampToValueAtTime(0, to);
      source.connect(gain).connect(context.destination);
      source.start(from);
      source.stop(to);
    }
    return every_ms;
  }
}

export const sound = new Sound();
