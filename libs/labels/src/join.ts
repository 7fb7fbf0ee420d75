import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { type Batch, markDone, pendingBatches } from './batches.js';

/** What joining changed: the hours whose rows or labels are new, and the newest arrival seen live. */
export type Joined = {
  batches: number;
  predictionRows: number;
  outcomeRows: number;
  hours: number[];
  liveAtMs: number | null;
  more: boolean;
};

/** Rows joined in one go: bounds memory and the time until the first results show. */
const ROWS_MAX = 200_000;
const LIVE_LAG_MS = 3_600_000;

/**
 * Joins the pending batches of one model: new outcomes against all predictions, new predictions against outcomes that
 * still wait (and, when the model has several versions, against every outcome of the same id). Every step may be repeated:
 * rows of equal identity merge, and a batch is marked done last, after `beforeDone` told the rest of the system. Run it under a lease: two at once could each miss the
 * other's half.
 */
export async function joinModel(
  store: EventStore,
  projectId: string,
  model: string,
  nowMs: number,
  beforeDone: (joined: Joined) => Promise<void> = async () => {},
): Promise<Joined> {
  const pending = await pendingBatches(store, projectId, model);
  const batches = take(pending);
  const none: Joined = { batches: 0, predictionRows: 0, outcomeRows: 0, hours: [], liveAtMs: null, more: false };
  if (batches.length === 0) return none;
  // Batches without rows only tell of duplicates.
  const predictions = batches.filter((b) => b.kind === 'predictions' && Number(b.rows) > 0);
  const outcomes = batches.filter((b) => b.kind === 'outcomes' && Number(b.rows) > 0);
  const run = new Join(store, projectId, model, nowMs);
  if (predictions.length > 0) await run.newPredictions(predictions);
  if (outcomes.length > 0) await run.newOutcomes(outcomes);
  const hours = await run.touchedHours(predictions, [...predictions, ...outcomes]);
  const live = predictions.filter((b) => b.rows > 0 && b.committed_ms - b.to_ms < LIVE_LAG_MS);
  const rows = (list: Batch[]) => list.reduce((n, b) => n + Number(b.rows), 0);
  const joined: Joined = {
    batches: batches.length,
    predictionRows: rows(predictions),
    outcomeRows: rows(outcomes),
    hours,
    liveAtMs: live.length > 0 ? Math.max(...live.map((b) => b.committed_ms)) : null,
    more: batches.length < pending.length,
  };
  await beforeDone(joined);
  await markDone(store, projectId, model, batches, nowMs);
  return joined;
}

/** The oldest batches that fit the row budget, at least one. */
function take(pending: readonly Batch[]): Batch[] {
  let rows = 0;
  return pending.filter((b, i) => {
    rows += Number(b.rows);
    return i === 0 || rows <= ROWS_MAX;
  });
}

class Join {
  private readonly db: string;
  private readonly base: { project: string; model: string; now: string };
  constructor(
    private readonly store: EventStore,
    project: string,
    model: string,
    nowMs: number,
  ) {
    this.db = store.database;
    this.base = { project, model, now: storeTime(nowMs) };
  }

  async newPredictions(batches: readonly Batch[]): Promise<void> {
    const params = { ...this.base, batches: ids(batches), ...span(batches), by: batches.at(-1)!.batch_id };
    const fresh = `${this.db}.predictions WHERE project = {project:String} AND model = {model:String}
      AND ts >= {from:DateTime64(3,'UTC')} AND ts <= {to:DateTime64(3,'UTC')} AND batch_id IN {batches:Array(String)}`;
    await this.catalogue(fresh, params);
    const waitingWith = (
      more: string,
    ) => `SELECT prediction_id, outcome_ts, outcome_received_at, label, any(label_num) AS label_num, any(source) AS source${more}
      FROM ${this.db}.unmatched
      WHERE project = {project:String} AND model = {model:String} AND prediction_id IN (SELECT prediction_id FROM ${fresh})
      GROUP BY prediction_id, outcome_ts, outcome_received_at, label HAVING argMax(state, changed_at) = 0`;
    const waiting = waitingWith('');
    const known = `SELECT prediction_id, ts AS outcome_ts, received_at AS outcome_received_at, label, label_num, source FROM ${this.db}.outcomes
      WHERE project = {project:String} AND model = {model:String} AND prediction_id IN (SELECT prediction_id FROM ${fresh})`;
    const candidates = (await this.hasVersions()) ? `${waiting} UNION ALL ${known}` : waiting;
    await this.store.command(
      `INSERT INTO ${this.db}.labels (project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id)
       SELECT {project:String}, {model:String}, p.version, p.prediction_id, p.ts, o.outcome_ts, o.outcome_received_at, o.label, o.label_num, o.source, {by:String}
       FROM (${candidates}) AS o
       INNER JOIN (SELECT prediction_id, version, ts FROM ${fresh}) AS p ON p.prediction_id = o.prediction_id`,
      params,
      { timeoutS: 300 },
    );
    // Later than what it settles, also when both happen within a millisecond or the clock was set back.
    await this.store.command(
      `INSERT INTO ${this.db}.unmatched (project, model, prediction_id, outcome_ts, outcome_received_at, label, label_num, source, state, changed_at)
       SELECT {project:String}, {model:String}, prediction_id, outcome_ts, outcome_received_at, label, label_num, source, 1, settled_at
       FROM (${waitingWith(`, addMilliseconds(greatest({now:DateTime64(3,'UTC')}, max(changed_at)), 1) AS settled_at`)})`,
      params,
      { timeoutS: 300 },
    );
  }

  /** Unmatched first, then labels: a prediction that becomes visible in between is in both, and its own batch settles that. */
  async newOutcomes(batches: readonly Batch[]): Promise<void> {
    const params = { ...this.base, batches: ids(batches), by: batches.at(-1)!.batch_id };
    const fresh = `${this.db}.outcomes WHERE project = {project:String} AND model = {model:String} AND batch_id IN {batches:Array(String)}`;
    const wanted = `project = {project:String} AND model = {model:String} AND prediction_id IN (SELECT prediction_id FROM ${fresh})`;
    await this.store.command(
      `INSERT INTO ${this.db}.unmatched (project, model, prediction_id, outcome_ts, outcome_received_at, label, label_num, source, state, changed_at)
       SELECT project, model, prediction_id, ts, received_at, label, label_num, source, 0, {now:DateTime64(3,'UTC')} FROM ${fresh}
         AND prediction_id NOT IN (SELECT prediction_id FROM ${this.db}.predictions WHERE ${wanted})`,
      params,
      { timeoutS: 300 },
    );
    await this.store.command(
      `INSERT INTO ${this.db}.labels (project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id)
       SELECT {project:String}, {model:String}, p.version, p.prediction_id, p.ts, o.ts, o.received_at, o.label, o.label_num, o.source, {by:String}
       FROM (SELECT prediction_id, version, ts FROM ${this.db}.predictions WHERE ${wanted} ORDER BY inverted_arrival DESC LIMIT 1 BY prediction_id, version) AS p
       INNER JOIN (SELECT prediction_id, ts, received_at, label, label_num, source FROM ${fresh}) AS o ON p.prediction_id = o.prediction_id`,
      params,
      { timeoutS: 300 },
    );
  }

  /** Hours (epoch ms) in which predictions or labels are new. */
  async touchedHours(predictions: readonly Batch[], all: readonly Batch[]): Promise<number[]> {
    const rows = await this.store.query<{ hour: number }>(
      `SELECT DISTINCT hour FROM (
         SELECT toUnixTimestamp64Milli(toDateTime64(toStartOfHour(ts), 3, 'UTC')) AS hour FROM ${this.db}.predictions
         WHERE project = {project:String} AND model = {model:String} AND ts >= {from:DateTime64(3,'UTC')} AND ts <= {to:DateTime64(3,'UTC')} AND batch_id IN {batches:Array(String)}
         UNION ALL
         SELECT toUnixTimestamp64Milli(toDateTime64(toStartOfHour(ts), 3, 'UTC')) FROM ${this.db}.labels
         WHERE project = {project:String} AND model = {model:String} AND batch_id IN {by:Array(String)})`,
      { ...this.base, batches: ids(predictions), by: ids(all), ...span(predictions) },
    );
    return rows.map((r) => Number(r.hour));
  }

  private async hasVersions(): Promise<boolean> {
    const [row] = await this.store.query<{ n: number }>(
      `SELECT uniqExact(version) AS n FROM ${this.db}.catalog WHERE project = {project:String} AND model = {model:String} AND kind = 'version'`,
      this.base,
    );
    return Number(row?.n ?? 0) > 1;
  }

  /** Names and types of the new rows: grouped by their sets of names first, of which there are few, in one scan. */
  private async catalogue(fresh: string, params: Record<string, unknown>): Promise<void> {
    const columns = 'project, model, version, kind, name, type, first_ts, last_ts';
    await this.store.command(
      `INSERT INTO ${this.db}.catalog (${columns})
       SELECT {project:String}, {model:String}, version, entry.1, entry.2,
              if(entry.3 = 'text', if(min(entry.4) = 1, 'boolean', 'categorical'), entry.3), min(_first), max(_last)
       FROM (
         SELECT version, _first, _last, arrayJoin(arrayConcat(
           [('version', toString(version), '', 0)], [('class', toString(class), '', 0)],
           arrayMap(k -> ('tag', k, '', 0), _tags), arrayMap(k -> ('feature', k, 'numeric', 0), _nums),
           arrayMap(k -> ('feature', k, 'embedding', 0), _vectors), arrayMap(k -> ('feature', k, 'null', 0), _nulls),
           arrayMap((k, b) -> ('feature', k, 'text', b), _cats, _booleans))) AS entry
         FROM (
           SELECT version, class, mapKeys(tags) AS _tags, mapKeys(nums) AS _nums, mapKeys(vectors) AS _vectors, nulls AS _nulls,
                  mapKeys(cats) AS _cats, arrayMap(v -> v IN ('true', 'false'), mapValues(cats)) AS _booleans,
                  min(ts) AS _first, max(ts) AS _last
           FROM ${fresh} GROUP BY version, class, _tags, _nums, _vectors, _nulls, _cats, _booleans))
       GROUP BY version, entry.1, entry.2, entry.3`,
      params,
      { timeoutS: 300 },
    );
  }
}

const ids = (batches: readonly Batch[]) => batches.map((b) => b.batch_id);
const span = (batches: readonly Batch[]) => ({
  from: storeTime(Math.min(...batches.map((b) => Number(b.from_ms)), 4_102_444_800_000)),
  to: storeTime(Math.max(...batches.map((b) => Number(b.to_ms)), 0)),
});
