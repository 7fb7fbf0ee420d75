import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bytes } from '../encode/bytes.js';
import { COLUMNS, encodeOutcome, encodePrediction } from '../encode/row.js';
import { Shapes } from './features.js';
import { checkOutcome } from './outcome.js';
import { checkPrediction } from './prediction.js';
import { type Limits, Refusal } from './refusal.js';

const limits: Limits = { featuresMax: 50, textMax: 200, futureMsMax: 3_600_000 };
const now = Date.UTC(2026, 0, 1);
const RUNS = 200_000;

/** JSON as a client may send it, most of it nearly an event. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', Number.POSITIVE_INFINITY, -0, 2 ** 63),
);
const raw = fc.record(
  {
    model: fc.oneof(fc.constant('m'), value),
    prediction_id: fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), value),
    ts: fc.oneof(
      fc.constant(now),
      fc.date({ noInvalidDate: false }).map((d) => (Number.isNaN(d.getTime()) ? 'never' : d.toISOString())),
      value,
    ),
    features: fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), value), value),
    prediction: fc.oneof(
      fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.dictionary(fc.constantFrom('score', 'scores', 'class', 'value'), value),
      value,
    ),
    tags: fc.oneof(fc.dictionary(fc.string(), fc.string()), value),
    label: value,
  },
  { requiredKeys: [] },
);

const out = new Bytes();
function tried(encode: () => unknown): string | null {
  out.clear();
  try {
    encode();
    return `${out.from(0).toString()},"b"]`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

it(`${RUNS} arbitrary events are refused with a reason or become one line of JSON that reads back`, () => {
  let taken = 0;
  const shapes = new Shapes();
  fc.assert(
    fc.property(raw, (event) => {
      const lines = {
        predictions: tried(() => encodePrediction(checkPrediction(event, limits, now, shapes), 'p', now, out)),
        outcomes: tried(() => encodeOutcome(checkOutcome(event, limits, now), 'p', now, out)),
      };
      for (const kind of ['predictions', 'outcomes'] as const) {
        const line = lines[kind];
        if (line === null) continue;
        taken++;
        expect(line).not.toContain('\n');
        expect(JSON.parse(line)).toHaveLength(COLUMNS[kind].length);
        expect(line.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: RUNS, seed: 20260101 },
  );
  expect(taken).toBeGreaterThan(RUNS / 100);
});
