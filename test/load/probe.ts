import type { Client } from '../e2e/client.js';

const EVERY_MS = 500;
const POLL_MS = 5;
const GIVE_UP_MS = 30_000;

/** Sends one event now and then and measures how long it takes until a question sees it, from the moment of sending. */
export class Probe {
  private readonly tookMs: number[] = [];
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly client: Client,
    private readonly model: string,
  ) {
    this.running = this.run();
  }

  /** Milliseconds of each probe. */
  async end(): Promise<number[]> {
    this.stopped = true;
    await this.running;
    return this.tookMs;
  }

  private async run(): Promise<void> {
    for (let n = 0; !this.stopped; n++) {
      const id = `probe-${n}`;
      const started = performance.now();
      const sent = this.client.post('/v1/predictions', {
        model: this.model,
        version: 'v1',
        prediction_id: id,
        prediction: { score: 0.5 },
      });
      for (;;) {
        const found = await this.client.get(`/v1/models/${this.model}/predictions/${id}`);
        if (found.status === 200 || performance.now() - started > GIVE_UP_MS) break;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      this.tookMs.push(performance.now() - started);
      await sent;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
