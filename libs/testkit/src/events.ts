import { MONDAY_MS } from './clock.js';

/** An event as a client writes it. */
export type WireEvent = Record<string, unknown> & { model: string; prediction_id: string };

let made = 0;

/** A prediction that is fine as it is; `over` replaces fields. */
export function predictionEvent(over: Record<string, unknown> = {}): WireEvent {
  return {
    model: 'fraud',
    prediction_id: `p-${++made}`,
    ts: MONDAY_MS,
    version: 'v1',
    features: { age: 31, country: 'BR' },
    prediction: { score: 0.9 },
    tags: {},
    ...over,
  };
}

/** An outcome that is fine as it is. */
export function outcomeEvent(over: Record<string, unknown> = {}): WireEvent {
  return { model: 'fraud', prediction_id: `p-${made}`, ts: MONDAY_MS, label: 1, ...over };
}

/** `n` times spread evenly over `[from, to)`. */
export const spread = (n: number, from: number, to: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.floor(from + ((to - from) * i) / n));
