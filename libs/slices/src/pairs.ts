import { type Codes, countCodes, countPair, type Rows, split, type Table } from './count.js';

/** Values of two fields together at most, so that those of four are counted within the caches of a core. */
const TOGETHER_MAX = 128;

/** Two fields as one, or one that is too large for that. */
type Duo = { fields: number[]; width: number };

/**
 * Tables of pairs of fields. Of losses that are 0 or 1 four pairs are counted in one pass over the rows: neighbouring fields are put together
 * into one code, the codes of two such duos are counted jointly, and each pair is a margin of that.
 */
export class PairCounter {
  private readonly duos: Duo[] = [];
  private readonly duoOf: number[] = [];
  private readonly codes: (Codes | undefined)[] = [];
  private readonly counted = new Map<string, Table>();

  constructor(
    private readonly rows: Rows,
    private readonly widths: readonly number[],
  ) {
    for (let f = 0; f < widths.length; f++) {
      const [own, next] = [widths[f]!, widths[f + 1]];
      const both = rows.flags !== null && next !== undefined && own * next <= TOGETHER_MAX;
      this.duos.push(both ? { fields: [f, f + 1], width: own * next } : { fields: [f], width: own });
      this.duoOf.push(this.duos.length - 1);
      if (both) this.duoOf.push(this.duos.length - 1);
      if (both) f++;
    }
  }

  /** Rows and losses per code of a and code of b, a before b. A table is handed out once. */
  table(a: number, b: number): Table {
    const key = `${a}~${b}`;
    if (!this.counted.has(key)) this.count(a, b);
    const table = this.counted.get(key)!;
    this.counted.delete(key);
    return table;
  }

  private count(a: number, b: number): void {
    const [i, j] = [this.duoOf[a]!, this.duoOf[b]!];
    const [x, y] = [this.duos[i]!, this.duos[j]!];
    if (i === j) {
      this.counted.set(`${a}~${b}`, countCodes(this.rows, this.codesOf(i), x.width));
      return;
    }
    if (x.width > TOGETHER_MAX || y.width > TOGETHER_MAX || this.rows.flags === null) {
      const { codes } = this.rows;
      this.counted.set(`${a}~${b}`, countPair(this.rows, codes[a]!, this.widths[a]!, codes[b]!, this.widths[b]!));
      return;
    }
    const joint = countJointly(this.rows.flags, this.codesOf(i), this.codesOf(j), x.width, y.width);
    for (const f of x.fields) for (const g of y.fields) this.counted.set(`${f}~${g}`, this.margin(joint, x, y, f, g));
  }

  /** Of joint counts those of one field of each duo. */
  private margin(joint: Uint32Array, x: Duo, y: Duo, f: number, g: number): Table {
    const [part, other] = [this.partOf(x, f), this.partOf(y, g)];
    const width = this.widths[g]!;
    const both = new Uint32Array(2 * this.widths[f]! * width);
    for (let u = 0, at = 0; u < x.width; u++)
      for (let v = 0; v < y.width; v++, at += 2) {
        const cell = 2 * (part[u]! * width + other[v]!);
        both[cell]! += joint[at]!;
        both[cell + 1]! += joint[at + 1]!;
      }
    return split(both);
  }

  /** Per code of a duo the code of one of its fields. */
  private partOf({ fields, width }: Duo, field: number): Uint8Array {
    const second = fields.length > 1 ? this.widths[fields[1]!]! : 1;
    return Uint8Array.from({ length: width }, (_, code) =>
      fields.length === 1 ? code : field === fields[0] ? Math.floor(code / second) : code % second,
    );
  }

  private codesOf(duo: number): Codes {
    const { fields, width } = this.duos[duo]!;
    if (fields.length === 1) return this.rows.codes[fields[0]!]!;
    const known = this.codes[duo];
    if (known) return known;
    const [a, b] = fields.map((f) => this.rows.codes[f]!) as [Codes, Codes];
    const second = this.widths[fields[1]!]!;
    const codes = new Uint8Array(a.length);
    if (width > 0x100) throw new RangeError('codes of a duo take one byte');
    for (let row = 0; row < codes.length; row++) codes[row] = a[row]! * second + b[row]!;
    this.codes[duo] = codes;
    return codes;
  }
}

function countJointly(flags: Uint8Array, x: Codes, y: Codes, widthX: number, widthY: number): Uint32Array {
  const both = new Uint32Array(2 * widthX * widthY);
  for (let row = 0; row < flags.length; row++) both[((x[row]! * widthY + y[row]!) << 1) | flags[row]!]!++;
  return both;
}
