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
  #isAsking = false;
  #isWanted = false;

  constructor(ports: AskingPorts<T>) {
    this.#ports = ports;
  }

  /** Asks now. Never throws. */
  async ask(): Promise<void> {
    this.#isWanted = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        this.#ports.onAnswer(await this.#ports.fetch());
      } catch (cause) {
        this.#ports.onFailure(cause);
      }
    }
    this.#isAsking = false;
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
