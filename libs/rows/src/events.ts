import type { EventStore } from '@plumbline/clickhouse';
import { type EventRow, type EventsQuestion, iso, type Page, PlumblineError } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { Binds, classSql } from './fields.js';
import { orderKey, rowError } from './order.js';
import { rowsSql, type Selection } from './rows.js';

type Stored = {
  prediction_id: string;
  version: string;
  ms: number;
  nums: Record<string, number>;
  cats: Record<string, string>;
  nulls: string[];
  vectors: Record<string, number[]>;
  tags: Record<string, string>;
  score: number | null;
  effective_class: string | null;
  value: number | null;
  scores: Record<string, number>;
  latency_ms: number | null;
  has_label: number;
  label: string;
  outcome_ms: number;
  err: number | null;
  label_source: string;
  place: number;
};

const COLUMNS = [
  'nums',
  'cats',
  'nulls',
  'vectors',
  'tags',
  'score',
  'class',
  'value',
  'scores',
  'latency_ms',
] as const;

/** Rows of a selection in the asked order, in pages. With `known_at` the same pages come tomorrow. */
export async function searchEvents(
  store: EventStore,
  model: ModelContext,
  q: EventsQuestion,
  nowMs: number,
): Promise<Page<EventRow>> {
  const binds = new Binds();
  const rows = rowsSql(
    store,
    model,
    {
      from: q.from,
      to: q.to,
      filters: q.filters,
      version: q.version,
      asOf: q.as_of,
      knownAt: q.known_at,
      sources: true,
      nowMs,
    },
    COLUMNS,
    binds,
  );
  const order = orderKey(q.order, model, q.seed, binds);
  const after = q.cursor ? decode(q.cursor) : null;
  const beyond = order.direction === 'DESC' ? '<' : '>';
  const conditions = [
    'isNotNull(place)',
    after &&
      `(place ${beyond} ${binds.bind(after[0], 'Float64')} OR (place = ${binds.bind(after[0], 'Float64')} AND (prediction_id, version) > (${binds.bind(after[1], 'String')}, ${binds.bind(after[2], 'String')})))`,
  ].filter(Boolean);
  const found = await store.query<Stored>(
    `SELECT * FROM (SELECT *, ${rowError(model, binds)} AS err, ${classSql(model, binds)} AS effective_class, ${order.key} AS place FROM (${rows}))
     WHERE ${conditions.join(' AND ')} ORDER BY place ${order.direction}, prediction_id, version LIMIT ${binds.bind(q.limit + 1, 'UInt32')}`,
    binds.params,
    { heavy: true },
  );
  const page = found.slice(0, q.limit);
  const last = page.at(-1);
  return {
    items: page.map(eventRow),
    next_cursor: found.length > q.limit && last ? encode([Number(last.place), last.prediction_id, last.version]) : null,
  };
}

const BY_ID_MAX = 1_000;
const HOUR_MS = 3_600_000;

/** Rows by id, version and time of the prediction, as they are known now; those that are gone are missing. At most 1,000. */
export async function eventsById(
  store: EventStore,
  model: ModelContext,
  asked: readonly { id: string; version: string; ms: number }[],
  nowMs: number,
): Promise<Map<string, EventRow>> {
  if (asked.length === 0) return new Map();
  if (asked.length > BY_ID_MAX) throw new RangeError(`${asked.length} rows at once; ${BY_ID_MAX} are the most.`);
  const binds = new Binds();
  const times = asked.map(({ ms }) => ms);
  const selection: Selection = {
    from: Math.min(...times),
    to: Math.max(...times) + 1,
    hours: [...new Set(times.map((ms) => Math.floor(ms / HOUR_MS) * HOUR_MS))],
    ids: [...new Set(asked.map(({ id }) => id))],
    sources: true,
    nowMs,
  };
  const rows = rowsSql(store, model, selection, COLUMNS, binds);
  const found = await store.query<Stored>(
    `SELECT *, ${rowError(model, binds)} AS err, ${classSql(model, binds)} AS effective_class FROM (${rows})`,
    binds.params,
  );
  return new Map(found.map((r) => [`${r.prediction_id}\n${r.version}`, eventRow(r)]));
}

function eventRow(r: Stored): EventRow {
  const labelled = Boolean(r.has_label);
  const features: [string, unknown][] = [
    ...Object.entries(r.nums),
    ...Object.entries(r.cats),
    ...Object.entries(r.vectors),
    ...r.nulls.map((name): [string, unknown] => [name, null]),
  ];
  features.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return {
    prediction_id: r.prediction_id,
    version: r.version,
    ts: iso(Number(r.ms)),
    features: Object.fromEntries(features),
    tags: r.tags,
    prediction: {
      score: r.score,
      class: r.effective_class,
      value: r.value,
      ...(Object.keys(r.scores).length > 0 ? { scores: r.scores } : {}),
    },
    label: labelled ? r.label : null,
    label_source: labelled ? r.label_source : null,
    outcome_ts: labelled ? iso(Number(r.outcome_ms)) : null,
    delay_ms: labelled ? Number(r.outcome_ms) - Number(r.ms) : null,
    error: r.err,
    latency_ms: r.latency_ms,
  };
}

type Cursor = [number, string, string];
const encode = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');
function decode(text: string): Cursor {
  try {
    const cursor = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
    if (typeof cursor[0] === 'number' && typeof cursor[1] === 'string' && typeof cursor[2] === 'string') return cursor;
  } catch {
    // falls through to the answer below
  }
  throw new PlumblineError(
    'invalid_request',
    'cursor is not one of ours: send next_cursor of the page before, unchanged.',
  );
}
