import { PlumblineError } from '@plumbline/contracts';

type Waiting<T> = { take(item: T): void; refuse(error: Error): void };

/** Lends one of a fixed set to each caller in order of asking; whoever comes when all are lent waits. */
export class Pool<T> {
  private readonly free: T[];
  private readonly waiting: Waiting<T>[] = [];
  private lent = 0;
  private closed: (() => void) | undefined;

  constructor(items: readonly T[]) {
    this.free = [...items];
  }

  async use<R>(work: (item: T) => Promise<R>): Promise<R> {
    if (this.closed) throw closing();
    const item = this.free.pop() ?? (await new Promise<T>((take, refuse) => this.waiting.push({ take, refuse })));
    this.lent++;
    try {
      return await work(item);
    } finally {
      this.lent--;
      const next = this.waiting.shift();
      if (next) next.take(item);
      else this.free.push(item);
      this.settle();
    }
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Refuses whoever waits or comes; settles when everything lent is back. */
  close(): Promise<void> {
    for (const { refuse } of this.waiting.splice(0)) refuse(closing());
    return new Promise((resolve) => {
      this.closed = resolve;
      this.settle();
    });
  }

  private settle(): void {
    if (this.lent === 0) this.closed?.();
  }
}

const closing = () =>
  new PlumblineError('store_unavailable', 'The server is closing. Try again shortly.', { retryAfterS: 2 });
