import type { Features } from '../check/features.js';
import type { Prediction } from '../check/prediction.js';
import type { Bytes } from './bytes.js';

/** The columns that `writePayload` fills, in its order. */
export const PAYLOAD_COLUMNS = 'score class value scores nums cats nulls vectors tags latency_ms'.split(' ');

/** What a prediction said, always in the same order, so that the same event makes the same bytes. */
export function writePayload(p: Omit<Prediction, 'model' | 'predictionId' | 'version' | 'ts'>, out: Bytes): void {
  out.number(p.score).ascii(',').string(p.class).ascii(',').number(p.value).ascii(',');
  writePairs(p.scores, out);
  writeFeatures(p.features, out);
  writePairs(p.tags, out);
  out.number(p.latencyMs);
}

type Value = Features['values'][number];

/** The four columns of features, each a map or a list of one type. */
function writeFeatures({ names, values }: Features, out: Bytes): void {
  const column = (open: string, close: string, takes: (value: Value) => boolean) => {
    out.ascii(open);
    let first = true;
    for (let i = 0; i < names.length; i++) {
      const value = values[i]!;
      if (!takes(value)) continue;
      if (!first) out.ascii(',');
      first = false;
      writeFeature(names[i]!, value, out);
    }
    out.ascii(close);
  };
  column('{', '},', isNumber);
  column('{', '},', isText);
  column('[', '],', isNull);
  column('{', '},', isVector);
}

const isNumber = (value: Value) => typeof value === 'number';
const isText = (value: Value) => typeof value === 'string';
const isNull = (value: Value) => value === null;
const isVector = (value: Value) => typeof value === 'object' && value !== null;

function writeFeature(name: string, value: Value, out: Bytes): void {
  if (value === null) out.string(name);
  else if (typeof value === 'number') out.name(name).number(value);
  else if (typeof value === 'string') out.name(name).string(value);
  else {
    out.name(name).ascii('[');
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out.ascii(',');
      out.number(value[i]!);
    }
    out.ascii(']');
  }
}

function writePairs(pairs: readonly (readonly [string, string | number])[], out: Bytes): void {
  out.ascii('{');
  for (let i = 0; i < pairs.length; i++) {
    const [name, value] = pairs[i]!;
    if (i > 0) out.ascii(',');
    out.name(name);
    if (typeof value === 'number') out.number(value);
    else out.string(value);
  }
  out.ascii('},');
}
