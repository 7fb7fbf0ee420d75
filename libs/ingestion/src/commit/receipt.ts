/** What one request waits for: all its rows, wherever they are written. Settles when the last of them has ended. */
export class Receipt {
  private open = 1; // the request itself, until it has said all it wants to wait for
  private failure: unknown;
  private resolve!: () => void;
  private reject!: (error: unknown) => void;
  private readonly settled = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  expect(): void {
    this.open++;
  }

  tell(failure: unknown): void {
    this.failure ??= failure;
    if (--this.open > 0) return;
    if (this.failure === undefined) this.resolve();
    else this.reject(this.failure);
  }

  /** Nothing more is expected. Throws what the first failed flush threw. */
  all(): Promise<void> {
    this.tell(undefined);
    return this.settled;
  }
}
