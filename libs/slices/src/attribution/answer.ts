import type { EventStore } from '@plumbline/clickhouse';
import type { AttributedSlice, AttributionAnswer, AttributionQuestion } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds } from '@plumbline/rows';
import { LEFT_OUT_MAX } from '../answer.js';
import { attributeAside } from '../aside.js';
import { type FieldOf, fieldsOf } from '../fields.js';
import { oneInOf, readRows, valuesOf } from '../rows.js';
import { said } from '../said.js';
import { predicateText } from '../words.js';
import { type AttributedRows, type CodeTerms, scaled } from './attributeRows.js';
import { metricSql } from './metric.js';

const FIELDS_MAX = 50;
/** Values at most, with those that only came before. */
const VALUES_MAX = 60;

export type Attributed = Pick<
  AttributionAnswer,
  'metric' | 'method' | 'now' | 'before' | 'change' | 'fields' | 'sampled' | 'left_out'
>;

/** How much every value of every field changed a metric, exactly: its own rate, and its share of the rows. */
export async function attribute(
  store: EventStore,
  model: ModelContext,
  q: AttributionQuestion,
  nowMs: number,
  timeoutMs: number,
): Promise<Attributed> {
  const metric = q.metric ?? model.primaryMetric;
  const { method, root } = metricSql(model, metric, new Binds());
  const { fields, leftOut } = await fieldsOf(store, model, { fields: q.fields }, FIELDS_MAX);
  const [now, before] = [{ from: q.from, to: q.to }, q.compare_with];
  const asked = { ...q, field: undefined };
  const ranges = [now, before];
  const sizes = await Promise.all(ranges.map((r) => oneInOf(store, model, fields, asked, r, nowMs)));
  const oneIn = Math.max(...sizes.map((s) => s.oneIn));
  const known: Map<string, string[]>[] = [];
  for (const range of ranges)
    known.push(await valuesOf(store, model, fields, asked, range, { least: 1, oneIn, nowMs }));
  const values = new Map(
    fields.map(({ name }) => {
      const most = known.flatMap((of) => (of.get(name) ?? []).slice(0, q.values));
      return [name, [...new Set(most)].slice(0, VALUES_MAX)] as const;
    }),
  );
  const measured = (binds: Binds) => {
    const { a, b, has, needs } = metricSql(model, metric, binds);
    return { measures: [a, b], has, needs };
  };
  const read = (range: { from: number; to: number }) =>
    readRows(store, model, fields, values, measured, asked, range, { oneIn, nowMs });
  const rows = { now: await read(now), before: await read(before) };
  const codings = fields.map(({ name, kind }) => ({ name, kind, values: values.get(name)?.length ?? 0 }));
  const found = await attributeAside({ ...rows, fields: codings, method, binsMax: q.values }, timeoutMs);
  const about = { metric, method, root: root === true, oneIn, leftOut: leftOut.slice(0, LEFT_OUT_MAX) };
  return shown(found, fields, values, about);
}

type About = { metric: string; method: Attributed['method']; root: boolean; oneIn: number; leftOut: string[] };

function shown(
  { n, metric: sides, fields: found }: AttributedRows,
  fields: readonly FieldOf[],
  values: ReadonlyMap<string, readonly string[]>,
  { metric, method, root, oneIn, leftOut }: About,
): Attributed {
  const value = (v: number) => (root ? Math.sqrt(v) : v);
  const [was, is] = sides ? [value(sides.before), value(sides.now)] : [null, null];
  // A root changes by what its mean does, divided by the sum of both: exact for every part of it.
  const by = root && was !== null && is !== null && was + is > 0 ? 1 / (was + is) : 1;
  const change = was === null || is === null ? null : is - was;
  const answered = fields.map(({ name }, i) => {
    const { bins, terms } = found[i]!;
    const slices = terms.map((t) => slice(name, t, { values: values.get(name) ?? [], bins }, n, by, value));
    const sum = (part: 'rate' | 'mix') => slices.reduce((all, s) => all + s[part].value, 0);
    return {
      field: name,
      rate: sum('rate'),
      mix: sum('mix'),
      concentration: concentration(slices, change),
      slices: slices.sort((a, b) => Math.abs(b.total.value) - Math.abs(a.total.value)),
    };
  });
  return {
    metric,
    method,
    now: { value: is, n: n.now },
    before: { value: was, n: n.before },
    change,
    fields: answered.sort((a, b) => b.concentration - a.concentration || (a.field < b.field ? -1 : 1)),
    sampled: oneIn,
    left_out: leftOut,
  };
}

function slice(
  field: string,
  t: CodeTerms,
  of: { values: readonly string[]; bins: AttributedRows['fields'][number]['bins'] },
  n: AttributedRows['n'],
  by: number,
  value: (v: number) => number,
): AttributedSlice {
  const own = t.code === 0 ? null : said(field, t.code, { ...of, round: true });
  const side = (of: CodeTerms['now'], all: number) => ({
    n: of.n,
    share: all > 0 ? of.n / all : 0,
    value: of.value === null ? null : value(of.value),
  });
  const parts = (p: CodeTerms['within']) => p && { rate: p.rate * by, mix: p.mix * by };
  return {
    predicate: own?.predicate ?? null,
    filters: own?.filters ?? null,
    text: own ? predicateText(own.predicate) : 'all other values',
    before: side(t.before, n.before),
    now: side(t.now, n.now),
    rate: scaled(t.rate, by),
    mix: scaled(t.mix, by),
    total: scaled(t.total, by),
    ...(t.within ? { within: parts(t.within), between: parts(t.between) } : {}),
  };
}

/** Of slices that changed the metric beyond chance: by how much their parts exceed their shares of the rows. */
function concentration(slices: readonly AttributedSlice[], change: number | null): number {
  if (!change) return 0;
  return slices.reduce((sum, { total, now }) => {
    const sure = total.low !== null && total.high !== null && total.low * total.high > 0;
    return sure ? sum + Math.max(0, total.value / change - now.share) : sum;
  }, 0);
}
