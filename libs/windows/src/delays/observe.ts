import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { EVENT_MS_MAX, EVENT_MS_MIN } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds } from '@plumbline/rows';
import type { DelayObservation, KnownDelay } from '@plumbline/stats';

/** When the world is looked at: as in a `Selection`. */
export type Moment = { asOf?: number; knownAt?: number; nowMs: number };
export const momentMs = ({ asOf, knownAt, nowMs }: Moment): number => asOf ?? knownAt ?? nowMs;

/** What was seen of a model's delays, in milliseconds. */
export type Observed = {
  observations: DelayObservation[];
  /** Predictions behind them, and one in how many was looked at. */
  predictions: number;
  oneIn: number;
  /** Predictions that are settled without an outcome. */
  silent: number;
};

const DAY_MS = 86_400_000;
const SPAN_MS = 180 * DAY_MS;
/** Attribution windows that are looked back, if that is longer. */
const ATTRIBUTIONS = 3;
/** Predictions beyond which a sample is looked at. */
const PREDICTIONS_MAX = 1_000_000;
/** Classes with delays of their own: the most frequent ones. */
const CLASSES_MAX = 50;
/** Ages are told apart by a hundredth of themselves, pairs of delay and age by a twentieth. */
const FINE = 100;
const COARSE = 20;

type Where = { predictions: string; labels: string; binds: Binds; oneIn: number };
type Found = Where & { heavy: boolean };
/** Of so many predictions delays are read beside other questions; of more in their turn. */
const LIGHT_MAX = 200_000;

/** Bin of an age in ms: logarithmic, so that seconds and months fit into some hundred bins. */
const bin = (age: string, perUnit: number) => `toInt32(log(1 + (${age}) / 1000) * ${perUnit})`;

/**
 * Delays of the FIRST known outcome of a model's predictions, and the ages of those that still wait. Counted without a join: the
 * predictions of an age less those of that age that have a label. An outcome before its prediction has the delay 0. Bins tell the
 * greatest age in them, so that labels which all take the same time keep it exactly.
 */
export async function observeDelays(store: EventStore, model: ModelContext, moment: Moment): Promise<Observed> {
  const where = await whereOf(store, model, moment);
  if (!where) return { observations: [], predictions: 0, oneIn: 1, silent: 0 };
  const { binds } = where;
  const at = binds.bind(momentMs(moment), 'Int64');
  const settles = settlesAfter(model);
  const settled = settles === null ? '0' : `own >= ${binds.bind(settles, 'Int64')}`;
  const [ages, delays] = await Promise.all([
    store.query<{ bin: number; settled: number; age: number; n: number }>(
      `SELECT ${bin('own', FINE)} AS bin, ${settled} AS settled, max(own) AS age, count() AS n
       FROM (SELECT greatest(${at} - toUnixTimestamp64Milli(ts), 0) AS own FROM ${store.database}.predictions WHERE ${where.predictions})
       GROUP BY bin, settled`,
      binds.params,
      { heavy: where.heavy },
    ),
    store.query<{ kind: number; bin: number; settled: number; age: number; n: number }>(
      `SELECT kind, bin, settled, max(age) AS age, count() AS n FROM (
         SELECT arrayJoin([(0, delay, 0), (1, own, toInt64(${settled}))]) AS _pair, _pair.1 AS kind, _pair.2 AS age, _pair.3 AS settled, ${bin('_pair.2', FINE)} AS bin
         FROM (${knownSql(store, model, where, at, settles)})
       ) GROUP BY kind, bin, settled`,
      binds.params,
      { heavy: where.heavy },
    ),
  ]);
  const known = new Map(delays.filter((d) => Number(d.kind) === 1).map((d) => [`${d.bin} ${d.settled}`, Number(d.n)]));
  const observations: DelayObservation[] = delays
    .filter((d) => Number(d.kind) === 0)
    .map((d) => ({ age: Number(d.age), labelled: true, count: Number(d.n) }));
  let silent = 0;
  for (const a of ages) {
    // What arrives between the two reads can only make this too small; it is not negative.
    const waiting = Math.max(0, Number(a.n) - (known.get(`${a.bin} ${a.settled}`) ?? 0));
    if (waiting === 0) continue;
    const done = settles !== null && Number(a.settled) === 1;
    if (done) silent += waiting;
    observations.push({ age: done ? settles : Number(a.age), labelled: done, count: waiting });
  }
  const predictions = ages.reduce((sum, a) => sum + Number(a.n), 0);
  return { observations, predictions, oneIn: where.oneIn, silent };
}

/** Delays of labels by the true class (the label that won), with the ages of their predictions. */
export async function observeKnownDelays(
  store: EventStore,
  model: ModelContext,
  moment: Moment,
): Promise<Record<string, KnownDelay[]>> {
  const where = model.task === 'regression' ? null : await whereOf(store, model, moment);
  if (!where) return {};
  const { binds } = where;
  const at = binds.bind(momentMs(moment), 'Int64');
  const settles = settlesAfter(model);
  const rows = await store.query<{ cls: string; delay: number; own: number; n: number }>(
    `SELECT cls, max(_delay) AS delay, max(_own) AS own, count() AS n FROM (
       SELECT cls, delay AS _delay, own AS _own, ${bin('delay', COARSE)} AS _d, ${bin('own', COARSE)} AS _o FROM (${knownSql(store, model, where, at, settles)})
     ) WHERE cls IN (SELECT cls FROM (${knownSql(store, model, where, at, settles)}) GROUP BY cls ORDER BY count() DESC LIMIT ${CLASSES_MAX})
     GROUP BY cls, _d, _o LIMIT 500000`,
    binds.params,
    { heavy: where.heavy },
  );
  const byClass: Record<string, KnownDelay[]> = Object.create(null);
  const add = (cls: string, known: KnownDelay) => {
    byClass[cls] ??= [];
    byClass[cls].push(known);
  };
  for (const r of rows) add(r.cls, { delay: Number(r.delay), age: Number(r.own), count: Number(r.n) });
  if (settles !== null && model.negative !== null) {
    // Silence says negative at the end of the attribution window.
    const { silent } = await observeDelays(store, model, moment);
    if (silent > 0) add(model.negative, { delay: settles, age: settles, count: silent });
  }
  return byClass;
}

/** Age at which a prediction without outcome is settled as a negative; null if that never happens. */
export const settlesAfter = (model: ModelContext): number | null =>
  model.missingLabels === 'negative' && model.negative !== null ? model.attributionMs : null;

/** One row a labelled identity: `delay` of its first outcome, `own` age, class. */
function knownSql(
  store: EventStore,
  model: ModelContext,
  { labels, binds }: Where,
  at: string,
  settles: number | null,
): string {
  const own = `greatest(${at} - ms, 0)`;
  // An outcome may be stamped in the future: it is known all the same.
  const came = `least(greatest(first_ms - ms, 0), ${own})`;
  const delay = settles === null ? came : `if(${own} >= ${settles}, least(${came}, ${settles}), ${came})`;
  const cls =
    model.task === 'binary'
      ? `if(has(${binds.bind(model.positive, 'Array(String)')}, won), ${binds.bind(model.positive[0], 'String')}, ${binds.bind(model.negative ?? '0', 'String')})`
      : 'won';
  return `SELECT toInt64(${own}) AS own, toInt64(${delay}) AS delay, ${cls} AS cls FROM (
      SELECT any(toUnixTimestamp64Milli(ts)) AS ms, min(toUnixTimestamp64Milli(outcome_ts)) AS first_ms,
        argMax(toString(label), (outcome_ts, outcome_received_at)) AS won
      FROM ${store.database}.labels WHERE ${labels} GROUP BY id_a, id_b, version
    )`;
}

/** The predictions that are looked at: the last months before the moment, or the last months that the model has. */
async function whereOf(store: EventStore, model: ModelContext, moment: Moment): Promise<Found | null> {
  const atMs = momentMs(moment);
  const spanMs = Math.max(SPAN_MS, ATTRIBUTIONS * (model.attributionMs ?? 0));
  let to = atMs;
  let made = conditions(model, moment, to - spanMs, to, 1);
  let n = await count(store, made);
  if (n === 0) {
    const { binds } = made;
    const earlier = conditions(model, moment, EVENT_MS_MIN, to, 1, binds);
    const [row] = await store.query<{ last: number; n: number }>(
      `SELECT toUnixTimestamp64Milli(max(ts)) AS last, count() AS n FROM ${store.database}.predictions WHERE ${earlier.predictions}`,
      binds.params,
      { heavy: true },
    );
    if (!row || Number(row.n) === 0) return null;
    to = Number(row.last) + 1;
    made = conditions(model, moment, to - spanMs, to, 1);
    n = await count(store, made);
  }
  const looked =
    n <= PREDICTIONS_MAX ? made : conditions(model, moment, to - spanMs, to, Math.ceil(n / PREDICTIONS_MAX));
  return { ...looked, heavy: n > LIGHT_MAX };
}

async function count(store: EventStore, { predictions, binds }: Where): Promise<number> {
  const [row] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${store.database}.predictions WHERE ${predictions}`,
    binds.params,
  );
  return Number(row?.n ?? 0);
}

function conditions(
  model: ModelContext,
  { asOf, knownAt }: Moment,
  from: number,
  to: number,
  oneIn: number,
  binds = new Binds(),
): Where {
  const time = (ms: number) =>
    binds.bind(storeTime(Math.min(Math.max(ms, EVENT_MS_MIN), EVENT_MS_MAX)), `DateTime64(3,'UTC')`);
  const range = [
    `project = ${binds.bind(model.projectId, 'String')} AND model = ${binds.bind(model.model, 'String')}`,
    `ts >= ${time(from)} AND ts <= ${time(to)}`,
    oneIn > 1 && `id_a % ${Math.trunc(oneIn)} = 0`,
  ];
  const all = (more: (string | false)[]) => [...range, ...more].filter(Boolean).join(' AND ');
  return {
    predictions: all([knownAt !== undefined && `received_at <= ${time(knownAt)}`]),
    labels: all([
      // When a reviewer came to it says nothing of how long outcomes take.
      `source != 'review'`,
      asOf !== undefined && `outcome_ts <= ${time(asOf)}`,
      knownAt !== undefined && `outcome_received_at <= ${time(knownAt)}`,
    ]),
    binds,
    oneIn,
  };
}
