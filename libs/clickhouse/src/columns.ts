/** Columns of numbers as the engine lays them out. */
export type NumberColumn = Float64Array | Uint32Array | Uint16Array | Uint8Array;

const TYPES = { Float64: Float64Array, UInt32: Uint32Array, UInt16: Uint16Array, UInt8: Uint8Array } as const;
type TypeName = keyof typeof TYPES;
const isKnown = (type: string): type is TypeName => Object.hasOwn(TYPES, type);

type Block = { rows: number; columns: { type: TypeName; at: number }[] };

/** A table of numbers, from which columns are taken one by one: each is copied block by block when it is asked for. */
export interface ColumnReader {
  rows: number;
  /** Types of the columns; none without rows. */
  types: readonly TypeName[];
  /** Column i, in new memory, or in that of an array of the same type and length. */
  column(i: number, into?: NumberColumn): NumberColumn;
}

/**
 * Reads what `queryBinary` answered as `Native`. Errors: RangeError for an answer that ends early, or a column that is not Float64, UInt32,
 * UInt16 or UInt8.
 */
export function readColumns(bytes: Uint8Array): ColumnReader {
  const blocks = blocksOf(bytes);
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const types = (blocks[0]?.columns ?? []).map(({ type }) => type);
  return {
    rows,
    types,
    column(i, into) {
      const out = into ?? new TYPES[types[i]!](rows);
      const whole = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
      let to = 0;
      for (const block of blocks) {
        const size = block.rows * out.BYTES_PER_ELEMENT;
        const { at } = block.columns[i]!;
        whole.set(bytes.subarray(at, at + size), to);
        to += size;
      }
      return out;
    },
  };
}

/** Native: per block the number of columns and rows, then each column's name, type and values. */
function blocksOf(bytes: Uint8Array): Block[] {
  const text = new TextDecoder();
  const blocks: Block[] = [];
  let at = 0;
  const size = (): number => {
    let out = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the answer of the store ends within a block');
      out += (byte & 127) * scale;
      if (byte < 128) return out;
    }
  };
  const word = (): string => {
    const length = size();
    at += length;
    return text.decode(bytes.subarray(at - length, at));
  };
  while (at < bytes.length) {
    const count = size();
    const rows = size();
    const columns: Block['columns'] = [];
    for (let i = 0; i < count; i++) {
      word();
      const type = word();
      if (!isKnown(type)) throw new RangeError(`a column of ${type} is no column of numbers`);
      columns.push({ type, at });
      at += rows * TYPES[type].BYTES_PER_ELEMENT;
    }
    if (at > bytes.length) throw new RangeError('the answer of the store ends within a block');
    blocks.push({ rows, columns });
  }
  return blocks;
}
