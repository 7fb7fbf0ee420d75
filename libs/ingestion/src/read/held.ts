import { PlumblineError } from '@plumbline/contracts';

/**
 * Bytes of the bodies that are being read or wait for their flush, over all requests. When they are too many, every
 * body but the oldest gives way with 429: so memory is bounded and there is always progress.
 */
export class BodiesHeld {
  private readonly bodies = new Set<Held>();
  private bytes = 0;

  constructor(private readonly bytesMax: number) {}

  begin(): Held {
    const held = new Held((body, more) => this.take(body, more));
    this.bodies.add(held);
    return held;
  }

  end(held: Held): void {
    this.bodies.delete(held);
    this.bytes -= held.bytes;
  }

  get state(): { bodies: number; bytes: number } {
    return { bodies: this.bodies.size, bytes: this.bytes };
  }

  private take(body: Held, more: number): void {
    const [oldest] = this.bodies;
    if (this.bytes + more > this.bytesMax && body !== oldest)
      throw new PlumblineError(
        'overloaded',
        'Too many large bodies at once. Send this one again after the pause in Retry-After; a repeated event is recognised.',
        { retryAfterS: 1 },
      );
    body.bytes += more;
    this.bytes += more;
  }
}

/** What a parsed JSON document holds beyond its text. */
const PARSED_FACTOR = 4;

export class Held {
  bytes = 0;
  constructor(private readonly take: (held: Held, more: number) => void) {}

  /** Passes chunks on and counts them; `parsedWhole` if they will sit in memory as one document. */
  async *counting(chunks: AsyncIterable<Buffer>, parsedWhole: boolean): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.take(this, chunk.length * (parsedWhole ? PARSED_FACTOR : 1));
      yield chunk;
    }
  }
}
