import { randomBytes } from 'node:crypto';
import { random } from '../e2e/random.js';

const ID_LENGTH = 36;
const CITIES = ['BR', 'AR', 'DE', 'FR', 'US', 'JP', 'IN', 'NG'];
/** Counts, prices, shares, measurements: of each kind three. */
const NUMBERS = [
  (x: number) => Math.floor(x * 1000),
  (x: number) => Math.round(x * 1e5) / 100,
  (x: number) => Math.round(x * 1e4) / 1e4,
  (x: number) => x * 10 - 5,
];
const PLACEHOLDER = '#'.repeat(ID_LENGTH);
const TIME = '2000-01-01T00:00:00.000Z';

/** Predictions with 20 features (12 numbers, 8 strings), about 470 bytes each, as one NDJSON body whose ids and times are set anew. */
export class Body {
  readonly bytes: Buffer;
  private readonly ids: number[] = [];
  private readonly times: number[] = [];

  constructor(events: number, model: string, seed: number) {
    const next = random(seed);
    const features = () => ({
      ...Object.fromEntries(
        Array.from({ length: 12 }, (_, i) => [`number_${i}`, NUMBERS[i % NUMBERS.length]!(next())]),
      ),
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [`text_${i}`, CITIES[Math.floor(next() * CITIES.length)]]),
      ),
    });
    const lines = Array.from({ length: events }, () =>
      JSON.stringify({
        model,
        prediction_id: PLACEHOLDER,
        ts: TIME,
        version: 'v1',
        features: features(),
        prediction: { score: Math.round(next() * 1e4) / 1e4 },
      }),
    );
    this.bytes = Buffer.from(`${lines.join('\n')}\n`);
    for (let at = this.bytes.indexOf(PLACEHOLDER); at !== -1; at = this.bytes.indexOf(PLACEHOLDER, at + ID_LENGTH))
      this.ids.push(at);
    for (let at = this.bytes.indexOf(TIME); at !== -1; at = this.bytes.indexOf(TIME, at + TIME.length))
      this.times.push(at);
  }

  get events(): number {
    return this.ids.length;
  }

  /** Other ids, the time of now. */
  renew(): Buffer {
    const random = randomBytes(this.ids.length * (ID_LENGTH / 2)).toString('hex');
    const now = new Date().toISOString();
    for (let i = 0; i < this.ids.length; i++) {
      this.bytes.write(random.slice(i * ID_LENGTH, (i + 1) * ID_LENGTH), this.ids[i]!, 'latin1');
      this.bytes.write(now, this.times[i]!, 'latin1');
    }
    return this.bytes;
  }
}
