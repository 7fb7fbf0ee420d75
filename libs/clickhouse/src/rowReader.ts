/** Reads what `queryBinary` answered, value by value in the order of the columns. Errors: RangeError beyond the end. */
export class RowReader {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  /** String, and LowCardinality(String). */
  text(): string {
    const length = this.length();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  /** String, as the bytes that it holds; they are those of the answer, not a copy. */
  bytesOf(): Buffer {
    const length = this.length();
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('the answer of the store ends within a row');
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Int64 as a number; exact up to 2^53. */
  int64(): number {
    this.at += 8;
    return Number(this.bytes.readBigInt64LE(this.at - 8));
  }

  /** Array(Float64), copied: the bytes of a row need not lie where numbers may. */
  float64s(): Float64Array {
    const length = this.length();
    const from = this.bytes.byteOffset + this.at;
    this.at += 8 * length;
    if (this.at > this.bytes.length) throw new RangeError('the answer of the store ends within a row');
    return new Float64Array(this.bytes.buffer.slice(from, from + 8 * length));
  }

  /** Sizes take seven bits a byte, the least significant first. */
  private length(): number {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes.readUInt8(this.at++);
      size += (byte & 127) * scale;
      if (byte < 128) return size;
    }
  }
}
