export type Scored = {
  fields: number[];
  codes: number[];
  n: number;
  sum: number;
  score: number;
  /** Its rows of before; null if there are none. */
  before?: { n: number; sum: number } | null;
};

/** The k best so far: by score, then size, then fewer predicates, then by the order of fields and codes, so that an answer is always the same. */
export class Best {
  private readonly kept: Scored[] = [];
  constructor(private readonly k: number) {}

  /** The score that a newcomer has to reach. */
  get threshold(): number {
    return this.kept.length < this.k ? Number.NEGATIVE_INFINITY : this.kept.at(-1)!.score;
  }

  offer(slice: Scored): void {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.kept[middle]!, slice) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low >= this.k) return;
    this.kept.splice(low, 0, slice);
    if (this.kept.length > this.k) this.kept.pop();
  }

  /** Best first. */
  list(): Scored[] {
    return [...this.kept];
  }
}

export function compare(a: Scored, b: Scored): number {
  return b.score - a.score || b.n - a.n || a.fields.length - b.fields.length || order(a, b);
}

function order(a: Scored, b: Scored): number {
  for (const [i, field] of a.fields.entries()) {
    const by = field - b.fields[i]! || a.codes[i]! - b.codes[i]!;
    if (by !== 0) return by;
  }
  return 0;
}
