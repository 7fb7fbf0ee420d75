const WIDTH = 2;

/**
 * When the server may be asked, as seen from all answers so far: two requests at a time while it answers, one careful try
 * after a back-off while it does not. Times are of the clock `now`, in milliseconds.
 */
export class Gate {
  #failures = 0;
  #opensAt = 0;
  /** The server has asked for silence until then; nobody may hurry past it. */
  #askedUntil = 0;

  get opensAt(): number {
    return this.#opensAt;
  }

  get width(): number {
    return this.#failures > 0 ? 1 : WIDTH;
  }

  get failures(): number {
    return this.#failures;
  }

  answered(): void {
    this.#failures = 0;
    this.#opensAt = this.#askedUntil;
  }

  failed(at: number, waitMs: number, asked: boolean): void {
    this.#failures++;
    this.#opensAt = Math.max(this.#opensAt, at + waitMs);
    if (asked) this.#askedUntil = Math.max(this.#askedUntil, at + waitMs);
  }

  /** One try at once, whatever the back-off says: somebody waits for a flush. */
  hurry(): void {
    this.#opensAt = this.#askedUntil;
  }
}
