import { aucChange, type RatioSums, ratioChange, type SliceTerms, type Term } from '@plumbline/stats';
import type { Bin } from '../bins.js';
import { type Coding, coded } from '../coded.js';
import { decode, type Rows } from '../decode.js';
import type { RawRows } from '../rows.js';
import type { CodedField } from '../search.js';

/** A change of a metric as it is handed to a thread: rows with `a` and `b` (`metricSql`), and the fields. */
export type AttributeRows = {
  now: RawRows;
  before: RawRows;
  fields: Coding[];
  method: 'mean' | 'ratio' | 'pairs';
  binsMax: number;
};
type Parts = { rate: number; mix: number };
export type CodeTerms = SliceTerms & {
  code: number;
  before: { n: number; value: number | null };
  now: { n: number; value: number | null };
  within?: Parts;
  between?: Parts;
};
export type AttributedRows = {
  n: { before: number; now: number };
  /** Null where the metric is not defined on both sides. */
  metric: { before: number; now: number } | null;
  fields: { bins: Bin[] | null; terms: CodeTerms[] }[];
};

/** The exact parts of every value of every field in a change; each field's add up to the change. */
export function attributeRows(q: AttributeRows): AttributedRows {
  const [now, before] = [decode(q.now), decode(q.before)];
  const fields: AttributedRows['fields'] = [];
  let metric: AttributedRows['metric'] = null;
  for (const field of q.fields) {
    const made = coded(field, now, before, { kind: 'round', count: q.binsMax }, false);
    const found = q.method === 'pairs' ? ofPairs(now, before, made) : ofSums(now, before, made, q.method);
    metric ??= found && { before: found.before, now: found.now };
    fields.push({ bins: made.bins, terms: found?.terms ?? [] });
  }
  return { n: { before: before.n, now: now.n }, metric, fields };
}

type Both = { now: CodedField; before: CodedField | null };
type Change = { before: number; now: number; terms: CodeTerms[] };

function ofSums(now: Rows, before: Rows, field: Both, method: 'mean' | 'ratio'): Change | null {
  const [is, was] = [sums(now, field.now), sums(before, field.before!)];
  const codes = Array.from(is, (_, code) => code).filter((code) => is[code]!.n + was[code]!.n > 0);
  const change = ratioChange(
    codes.map((code) => ({ before: was[code]!, now: is[code]! })),
    method === 'mean' ? 'now' : 'symmetric',
  );
  const side = ({ n, a, b }: Counted) => ({ n, value: b > 0 ? a / b : null });
  return (
    change && {
      ...change,
      terms: codes.map((code, i) => ({
        code,
        ...change.terms[i]!,
        before: side(was[code]!),
        now: side(is[code]!),
      })),
    }
  );
}

type Counted = RatioSums & { n: number };

function sums({ n, measures }: Rows, { codes, size }: CodedField): Counted[] {
  const [a, b] = measures as [Float64Array, Float64Array];
  const out = Array.from({ length: size + 1 }, (): Counted => ({ n: 0, a: 0, b: 0, aa: 0, ab: 0, bb: 0 }));
  for (let row = 0; row < n; row++) {
    const [x, y] = [a[row]!, b[row]!];
    const at = out[codes[row]!]!;
    at.n++;
    at.a += x;
    at.b += y;
    at.aa += x * x;
    at.ab += x * y;
    at.bb += y * y;
  }
  return out;
}

function ofPairs(now: Rows, before: Rows, field: Both): Change | null {
  const counts = (codes: CodedField['codes']) => {
    const out = new Float64Array(field.now.size + 1);
    for (let row = 0; row < codes.length; row++) out[codes[row]!]!++;
    return out;
  };
  const [is, was] = [counts(field.now.codes), counts(field.before!.codes)];
  // Only slices with rows, numbered from 0: work grows with their number.
  const codes = Array.from(is, (_, code) => code).filter((code) => is[code]! + was[code]! > 0);
  const number = new Uint8Array(field.now.size + 1);
  for (const [i, code] of codes.entries()) number[code] = i;
  const scored = ({ measures }: Rows, of: CodedField['codes']) => ({
    scores: measures[0]!,
    positive: Uint8Array.from(measures[1]!),
    slices: Uint8Array.from(of, (code) => number[code]!),
  });
  const change = aucChange(scored(before, field.before!.codes), scored(now, field.now.codes), codes.length);
  return (
    change && {
      ...change,
      terms: codes.map((code, i) => {
        const { auc, ...terms } = change.terms[i]!;
        return {
          code,
          ...terms,
          before: { n: was[code]!, value: auc.before },
          now: { n: is[code]!, value: auc.now },
        };
      }),
    }
  );
}

/** A term times a number. */
export const scaled = ({ value, low, high }: Term, by: number): Term => ({
  value: value * by,
  low: low === null ? null : low * by,
  high: high === null ? null : high * by,
});
