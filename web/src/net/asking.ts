/**
 * One question to the server, asked again whenever its answer may be another. One answer is waited for at a time; what
 * becomes news while it is on its way is asked for after it. What fails takes nothing away.
 */

export interface AskingPorts<T> {
  fetch(): Promise<T>;
  isVisible(): boolean;
  onAnswer(answer: T): void;
  onFailure(cause: unknown): void;
}

export class Asking<T> {
  #ports: AskingPorts<T>;
  /** The question whose answer is on its way, and the one to be asked after it. */
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(ports: AskingPorts<T>) {
    this.#ports = ports;
  }

  /**
   * Asks now, or once the answer that is on its way has come, which may not know the news yet; ends when the answer to this
   * question is there. Never throws.
   */
  ask(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#current === undefined) return this.#begin();
    this.#next = this.#current.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#current = this.#fetch();
    return this.#current;
  }

  async #fetch(): Promise<void> {
    try {
      this.#ports.onAnswer(await this.#ports.fetch());
    } catch (cause) {
      this.#ports.onFailure(cause);
    }
    this.#current = undefined;
  }

  /** Asks now and then every so often, for as long as somebody sees the page; returns what ends that. */
  every(period_ms: number): () => void {
    const look = (): void => {
      if (this.#ports.isVisible()) void this.ask();
    };
    look();
    const timer = setInterval(look, period_ms);
    return () => clearInterval(timer);
  }
}
