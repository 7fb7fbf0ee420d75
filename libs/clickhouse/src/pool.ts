/** Lends one of a fixed set to each caller in order of asking; whoever comes when all are lent waits. */
export class Pool<T> {
  private readonly free: T[];
  private readonly waiting: ((item: T) => void)[] = [];
  constructor(items: readonly T[]) {
    this.free = [...items];
  }
  async use<R>(work: (item: T) => Promise<R>): Promise<R> {
    const item = this.free.pop() ?? (await new Promise<T>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(item);
    } finally {
      const next = this.waiting.shift();
      if (next) next(item);
      else this.free.push(item);
    }
  }
  get waitingCount(): number {
    return this.waiting.length;
  }
}
