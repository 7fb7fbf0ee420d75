import { random } from '../e2e/random.js';

/** Seeded choices: the same seed, the same run. */
export class Dice {
  readonly next: () => number;
  constructor(readonly seed: number) {
    this.next = random(seed);
  }
  /** 0 … n − 1 */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  chance(p: number): boolean {
    return this.next() < p;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
