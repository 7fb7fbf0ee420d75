import type { CodedField } from './search.js';

/** Rows, loss and greatest loss per code of a field, or per pair of codes. */
export type Table = { n: Float64Array; sum: Float64Array; max: Float64Array };
export type Codes = CodedField['codes'];
/** Rows of one time: their losses, as flags too if all are 0 or 1, and the codes of their fields. */
export type Rows = { loss: Float64Array; flags: Uint8Array | null; codes: Codes[] };

export function countCodes({ loss, flags }: Rows, codes: Codes, size: number): Table {
  if (flags) {
    const both = new Uint32Array(2 * size);
    for (let row = 0; row < flags.length; row++) both[(codes[row]! << 1) | flags[row]!]!++;
    return split(both);
  }
  const table = emptyTable(size);
  for (let row = 0; row < loss.length; row++) add(table, codes[row]!, loss[row]!);
  return table;
}

export function countPair({ loss, flags }: Rows, a: Codes, widthA: number, b: Codes, widthB: number): Table {
  const size = widthA * widthB;
  if (flags) {
    const both = new Uint32Array(2 * size);
    for (let row = 0; row < flags.length; row++) both[((a[row]! * widthB + b[row]!) << 1) | flags[row]!]!++;
    return split(both);
  }
  const table = emptyTable(size);
  for (let row = 0; row < loss.length; row++) add(table, a[row]! * widthB + b[row]!, loss[row]!);
  return table;
}

/** The rows whose pair of values has a number, and that number. */
export type Listed = { rows: Uint32Array; numbers: Uint32Array };

export function listRows(a: Codes, b: Codes, widthB: number, numbers: Uint32Array): Listed {
  const listed = { rows: new Uint32Array(a.length), numbers: new Uint32Array(a.length) };
  let count = 0;
  for (let row = 0; row < a.length; row++) {
    const number = numbers[a[row]! * widthB + b[row]!]!;
    if (number === 0) continue;
    listed.rows[count] = row;
    listed.numbers[count++] = number;
  }
  return { rows: listed.rows.subarray(0, count), numbers: listed.numbers.subarray(0, count) };
}

export function countListed(
  { loss, flags }: Rows,
  { rows, numbers }: Listed,
  codes: Codes,
  width: number,
  size: number,
) {
  if (flags) {
    const both = new Uint32Array(2 * size);
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!;
      both[((numbers[at]! * width + codes[row]!) << 1) | flags[row]!]!++;
    }
    return split(both);
  }
  const table = emptyTable(size);
  for (let at = 0; at < rows.length; at++) add(table, numbers[at]! * width + codes[rows[at]!]!, loss[rows[at]!]!);
  return table;
}

/** Of a table the cells of these codes, in their order; what is left out has no cell that anybody asks for. */
export const only = ({ n, sum, max }: Table, original: readonly number[]): Table => {
  const pick = (of: Float64Array) => Float64Array.from(original, (code) => of[code]!);
  return { n: pick(n), sum: pick(sum), max: pick(max) };
};

export function recode(codes: Codes, renumbered: Uint32Array, width: number): Codes {
  if (codes.BYTES_PER_ELEMENT === 1 && renumbered.every((code, was) => code === was)) return codes;
  const out = narrow(codes.length, width);
  for (let row = 0; row < out.length; row++) out[row] = renumbered[codes[row]!]!;
  return out;
}

const emptyTable = (size: number): Table => ({
  n: new Float64Array(size),
  sum: new Float64Array(size),
  max: new Float64Array(size),
});

function add({ n, sum, max }: Table, at: number, loss: number): void {
  n[at]!++;
  sum[at]! += loss;
  if (loss > max[at]!) max[at] = loss;
}

/** Of counts of rows without and with a loss of 1. */
export function split(both: Uint32Array): Table {
  const table = emptyTable(both.length / 2);
  for (let at = 0; at < table.n.length; at++) {
    const lost = both[2 * at + 1]!;
    table.n[at] = both[2 * at]! + lost;
    table.sum[at] = lost;
    table.max[at] = lost > 0 ? 1 : 0;
  }
  return table;
}

const narrow = (n: number, width: number) =>
  width <= 0x100 ? new Uint8Array(n) : width <= 0x10000 ? new Uint16Array(n) : new Uint32Array(n);
