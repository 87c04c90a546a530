/** The server's time, ticking once a second. The only place in the pages that reads a wall clock. */

/** A correction by more than this means that the device's own clock was set. */
const JUMP_MS = 2_000;

class Clock {
  /** Server time in milliseconds, as of the last tick. */
  now = $state(Date.now());
  #offset_ms = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the server's time from a greeting. */
  set(server: string): void {
    this.#offset_ms = Date.parse(server) - Date.now();
    this.#tick();
  }

  /** Takes the server's time from a ping. What came quickest is nearest the truth, so only forwards. */
  refine(server: string): void {
    const offset_ms = Date.parse(server) - Date.now();
    const ahead = offset_ms - this.#offset_ms;
    if (ahead > 0 || ahead < -JUMP_MS) this.#offset_ms = offset_ms;
  }

  start(): void {
    this.#tick();
  }

  /** Server time at this instant, for what is stamped rather than shown. */
  exact(): number {
    return Date.now() + this.#offset_ms;
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.now = this.exact();
    // Just after the server's full second, so that the seconds shown never skip one.
    this.#timer = setTimeout(() => this.#tick(), 1_000 - (this.now % 1_000) + 5);
  }
}

export const clock = new Clock();
