/** Counts what is held in memory against its two bounds, and wakes who waits for room. */
export class Memory {
  #events = 0;
  #bytes = 0;
  #waiting: (() => void)[] = [];
  #awake: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly eventsMax: number,
    readonly bytesMax: number,
  ) {}

  /** One event always fits, however large. */
  fits(bytes: number): boolean {
    return this.#events === 0 || (this.#events < this.eventsMax && this.#bytes + bytes <= this.bytesMax);
  }

  get belowHalf(): boolean {
    return this.#events * 2 < this.eventsMax && this.#bytes * 2 < this.bytesMax;
  }

  add(events: number, bytes: number): void {
    this.#events += events;
    this.#bytes += bytes;
  }

  remove(events: number, bytes: number): void {
    this.add(-events, -bytes);
    if (this.#waiting.length > 0 && this.belowHalf) this.wakeAll();
  }

  untilBelowHalf(): Promise<void> {
    if (this.belowHalf) return Promise.resolve();
    // all other timers are unref'd, and a process must not end while its main program waits here
    this.#awake ??= setInterval(() => undefined, 2 ** 30);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  wakeAll(): void {
    clearInterval(this.#awake);
    this.#awake = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
