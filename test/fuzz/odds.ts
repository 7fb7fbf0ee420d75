import fc from 'fast-check';
import type { Dice } from './dice.js';

/** Text that other systems trip over. */
const TEXTS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  ' ',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '9223372036854775808',
  '1'.repeat(400),
  '2026-01-01',
  '2026-01-01T00:00:00Z',
  'true',
  '\u0000',
  'a\u0000b',
  '\u2028\u2029',
  '\ufeffmark',
  '\ufffd',
  'line\nbreak\ttab\r',
  '"quoted\\"',
  "it's; DROP TABLE predictions; --",
  '{x:String}',
  '$1 %s #{x}',
  '😀👩‍👩‍👧',
  'e\u0301',
  '\u202eright to left',
  'İıſß',
  '\ud800',
  'half\udc00pair',
  '../../etc/passwd',
  '%2e%2e%2f',
  '[1,2,3]',
  '{"a":1}',
];

/** Numbers as they may stand in JSON; a parser has to make the same double of each as everybody else does. */
export const NUMBERS = [
  '0',
  '-0',
  '0.0',
  '1.0',
  '1E5',
  '1e-320',
  '5e-324',
  '2.2250738585072011e-308',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '-9223372036854775809',
  '123456789012345678901234567890',
  '1.7976931348623157e308',
  '-1.7976931348623157E+308',
  '0.1',
  '0.30000000000000004',
  '1.0000000000000002',
  '1e23',
  '1e400',
  '-1e400',
];
const FINITE = NUMBERS.filter((n) => Number.isFinite(Number(n)));

const POOL = 400;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ maxLength: 12 }),
);

/** Odd values as raw JSON, drawn in chunks: fast-check is thorough and slow, and the server is to be kept busy. */
export class Odds {
  private texts: string[] = [];
  private values: string[] = [];
  private doubles: string[] = [];
  private left = 0;

  constructor(
    private readonly dice: Dice,
    private readonly refillAfter = 40_000,
  ) {}

  /** Any text, short or long, whole or torn. */
  text(): string {
    return this.dice.chance(0.3) ? this.dice.pick(TEXTS) : this.dice.pick(this.draw().texts);
  }
  /** A text that may be a name: 1 to 256 characters. */
  name(): string {
    const text = this.text();
    return text.length === 0 ? 'empty' : text.slice(0, 256);
  }
  /** A finite number in one of its spellings. */
  finite(): string {
    return this.dice.chance(0.4) ? this.dice.pick(FINITE) : this.dice.pick(this.draw().doubles);
  }
  /** Anything that JSON can say, mostly of the wrong type wherever it is put. */
  value(): string {
    if (this.dice.chance(0.1)) return this.dice.pick(NUMBERS);
    return this.dice.chance(0.1) ? JSON.stringify(this.text()) : this.dice.pick(this.draw().values);
  }

  private draw() {
    if (this.left-- <= 0) {
      this.left = this.refillAfter;
      const sample = <T>(values: fc.Arbitrary<T>) =>
        fc.sample(values, { numRuns: POOL, seed: this.dice.below(2 ** 31) });
      this.texts = sample(anyText);
      this.values = sample(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' })).map((v) => JSON.stringify(v));
      this.doubles = sample(fc.double({ noNaN: true, noDefaultInfinity: true })).map(String);
    }
    return { texts: this.texts, values: this.values, doubles: this.doubles };
  }
}
