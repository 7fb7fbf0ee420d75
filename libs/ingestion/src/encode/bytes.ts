const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const DECIMALS = 10_000;
const INT_MAX = 2 ** 31 - 2;
/** Longer text is left to the runtime, whose cost per call no longer matters then. */
const SHORT = 64;
const NAMES_MAX = 20_000;
const DAY_MS = 86_400_000;

/**
 * JSON written straight into bytes: an event costs no intermediate strings or objects. What a client named never becomes a
 * key of an object of ours, and lone surrogates become U+FFFD, as every UTF-8 encoder does.
 */
export class Bytes {
  buffer: Buffer;
  length = 0;
  private readonly names = new Map<string, Buffer>();
  private day = Number.NaN;
  private dayText = '';

  constructor(capacity = 4096) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** What was written from `start` on; valid until the next write. */
  from(start: number): Buffer {
    return this.buffer.subarray(start, this.length);
  }

  dropFirst(bytes: number): void {
    this.buffer.copyWithin(0, bytes, this.length);
    this.length -= bytes;
  }

  /** Text of ours: ASCII, nothing to escape. */
  ascii(text: string): this {
    this.reserve(text.length);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    this.length = at;
    return this;
  }

  /** A JSON string. */
  string(text: string): this {
    if (text.length > SHORT) return this.escaped(text);
    this.reserve(text.length + 2);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return this.escaped(text);
      buffer[at++] = code;
    }
    buffer[at++] = QUOTE;
    this.length = at;
    return this;
  }

  /** `"name":`, remembered as bytes: the names of features come again with every event. */
  name(name: string): this {
    let known = this.names.get(name);
    if (!known) {
      const start = this.length;
      this.string(name).ascii(':');
      known = Buffer.from(this.from(start));
      if (this.names.size >= NAMES_MAX) this.names.clear();
      this.names.set(name, known);
      return this;
    }
    this.reserve(known.length);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < known.length; i++) buffer[at++] = known[i]!;
    this.length = at;
    return this;
  }

  /** A finite number, or null. */
  number(value: number | null): this {
    if (value === null) return this.ascii('null');
    const scaled = value * DECIMALS;
    const whole = scaled < 0 ? -((0.5 - scaled) | 0) : (scaled + 0.5) | 0;
    // A quotient of two exact integers is the double nearest to that decimal, so its digits are those of the value.
    if (scaled > -INT_MAX && scaled < INT_MAX && whole / DECIMALS === value) return this.decimal(whole);
    return this.ascii(String(value));
  }

  /** `whole / DECIMALS` without trailing zeros: most numbers that people send are of this kind, and digits cost less than text. */
  private decimal(whole: number): this {
    this.reserve(16);
    const { buffer } = this;
    let rest = whole;
    if (rest < 0) {
      buffer[this.length++] = MINUS;
      rest = -rest;
    }
    const integer = (rest / DECIMALS) | 0;
    let fraction = rest - integer * DECIMALS;
    let width = 1;
    for (let bound = 10; integer >= bound; bound *= 10) width++;
    let at = this.length + width;
    this.length = at;
    let left = integer;
    do {
      const next = (left / 10) | 0;
      buffer[--at] = ZERO + left - next * 10;
      left = next;
    } while (left > 0);
    if (fraction > 0) {
      buffer[this.length++] = POINT;
      for (let place = DECIMALS / 10; fraction > 0; place /= 10) {
        const digit = (fraction / place) | 0;
        buffer[this.length++] = ZERO + digit;
        fraction -= digit * place;
      }
    }
    return this;
  }

  /** A time as the engine reads it fastest. */
  time(ms: number): this {
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.day) {
      this.day = day;
      this.dayText = `"${new Date(day * DAY_MS).toISOString().slice(0, 10)} `;
    }
    this.ascii(this.dayText);
    const rest = ms - day * DAY_MS;
    this.reserve(13);
    this.digits(Math.floor(rest / 3_600_000), 2, 0x3a);
    this.digits(Math.floor(rest / 60_000) % 60, 2, 0x3a);
    this.digits(Math.floor(rest / 1000) % 60, 2, 0x2e);
    this.digits(Math.floor(rest % 1000), 3, QUOTE);
    return this;
  }

  /** The same with microseconds. */
  micros(us: number): this {
    const ms = Math.floor(us / 1000);
    this.time(ms);
    this.length--; // the closing quote
    this.reserve(4);
    this.digits(us - ms * 1000, 3, QUOTE);
    return this;
  }

  private digits(value: number, width: number, end: number): void {
    let rest = value;
    for (let i = this.length + width - 1; i >= this.length; i--) {
      this.buffer[i] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.buffer[this.length + width] = end;
    this.length += width + 1;
  }

  private escaped(text: string): this {
    const json = JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
    this.reserve(json.length * 3);
    this.length += this.buffer.write(json, this.length, 'utf8');
    return this;
  }

  /** Bytes of another writer. */
  copy(source: Buffer, start: number, end: number): this {
    this.reserve(end - start);
    source.copy(this.buffer, this.length, start, end);
    this.length += end - start;
    return this;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(wider, 0, 0, this.length);
    this.buffer = wider;
  }
}
