import { type EventStore, storeTime } from '@plumbline/clickhouse';
import { arrivedSql, completeArrivals } from './arrivals.js';
import { type Batch, ids, markDone, PENDING_MAX, pendingBatches } from './batches.js';
import { locate } from './locate.js';

/** What joining changed: the hours whose rows or labels are new, and the newest arrival seen live. */
export type Joined = {
  batches: number;
  predictionRows: number;
  outcomeRows: number;
  hours: number[];
  liveAtMs: number | null;
  more: boolean;
};

/**
 * Rows joined in one go. Old labels are found by one pass over the ids of the model, so many at once cost little more than
 * few; this bounds memory and the time until the first results show.
 */
const ROWS_MAX = 1_000_000;
const LIVE_LAG_MS = 3_600_000;
const TIMEOUT_S = 300;
const LABELS =
  'project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, batch_id';
const UNMATCHED =
  'project, model, prediction_id, outcome_ts, outcome_received_at, label, label_num, source, state, changed_at';
const HOUR = `toUnixTimestamp64Milli(toDateTime64(toStartOfHour(ts), 3, 'UTC'))`;

/**
 * Joins the pending batches of one model: new outcomes against all predictions, new predictions against outcomes that
 * still wait (and, when the model has several versions, against every outcome of the same id). Every step may be repeated:
 * rows of equal identity merge, and a batch is marked done last, after `beforeDone` told the rest of the system. Run it under
 * a lease: two at once could each miss the other's half.
 */
export async function joinModel(
  store: EventStore,
  projectId: string,
  model: string,
  nowMs: number,
  beforeDone: (joined: Joined) => Promise<void> = async () => {},
  sinceMs = 0,
): Promise<Joined> {
  const pending = await pendingBatches(store, projectId, model, sinceMs);
  const batches = take(pending);
  const none: Joined = { batches: 0, predictionRows: 0, outcomeRows: 0, hours: [], liveAtMs: null, more: false };
  if (batches.length === 0) return none;
  // Batches without rows only tell of duplicates.
  const predictions = batches.filter((b) => b.kind === 'predictions' && Number(b.rows) > 0);
  const outcomes = batches.filter((b) => b.kind === 'outcomes' && Number(b.rows) > 0);
  await completeArrivals(store, projectId, model, 'predictions', predictions);
  await completeArrivals(store, projectId, model, 'outcomes', outcomes);
  const join = new Join(store, projectId, model, nowMs);
  const hours = new Set<number>();
  if (predictions.length > 0) for (const hour of await join.newPredictions(predictions)) hours.add(hour);
  if (outcomes.length > 0) for (const hour of await join.newOutcomes(outcomes)) hours.add(hour);
  const live = predictions.filter((b) => b.committed_ms - b.to_ms < LIVE_LAG_MS);
  const rows = (list: Batch[]) => list.reduce((n, b) => n + Number(b.rows), 0);
  const joined: Joined = {
    batches: batches.length,
    predictionRows: rows(predictions),
    outcomeRows: rows(outcomes),
    hours: [...hours],
    liveAtMs: live.length > 0 ? Math.max(...live.map((b) => b.committed_ms)) : null,
    more: batches.length < pending.length || pending.length === PENDING_MAX,
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

  /** Answers with the hours (epoch ms) in which predictions are new. */
  async newPredictions(batches: readonly Batch[]): Promise<number[]> {
    const params = { ...this.base, batches: ids(batches), by: batches.at(-1)!.batch_id };
    const fresh = arrivedSql(this.db, 'predictions');
    const waiting = await this.has('unmatched');
    const candidates = [
      ...(waiting ? [this.waitingSql(fresh, '')] : []),
      ...((await this.hasVersions())
        ? [
            `SELECT prediction_id, ts AS outcome_ts, received_at AS outcome_received_at, label, label_num, source FROM ${this.db}.outcomes
             WHERE project = {project:String} AND model = {model:String} AND prediction_id IN (SELECT prediction_id FROM ${fresh})`,
          ]
        : []),
    ];
    if (candidates.length > 0)
      await this.write(
        `INSERT INTO ${this.db}.labels (${LABELS})
         SELECT {project:String}, {model:String}, p.version, p.prediction_id, p.ts, o.outcome_ts, o.outcome_received_at, o.label, o.label_num, o.source, {by:String}
         FROM (${candidates.join(' UNION ALL ')}) AS o
         INNER JOIN (SELECT prediction_id, version, ts FROM ${fresh}) AS p ON p.prediction_id = o.prediction_id`,
        params,
      );
    // Later than what it settles, also when both happen within a millisecond or the clock was set back.
    if (waiting)
      await this.write(
        `INSERT INTO ${this.db}.unmatched (${UNMATCHED})
         SELECT {project:String}, {model:String}, prediction_id, outcome_ts, outcome_received_at, label, label_num, source, 1, settled_at
         FROM (${this.waitingSql(fresh, `, addMilliseconds(greatest({now:DateTime64(3,'UTC')}, max(changed_at)), 1) AS settled_at`)})`,
        params,
      );
    return this.hours(`SELECT DISTINCT ${HOUR} AS hour FROM ${fresh}`, params);
  }

  /**
   * Finds the predictions of new outcomes once and writes from that: what was not found waits, the rest are labels. A
   * prediction that becomes visible meanwhile is found by its own batch. Answers with the hours whose labels are new.
   */
  async newOutcomes(batches: readonly Batch[]): Promise<number[]> {
    const { project, model } = this.base;
    const run = await locate(this.store, project, model, batches);
    const params = { ...this.base, batches: ids(batches), by: batches.at(-1)!.batch_id, run };
    const located = `${this.db}.located WHERE project = {project:String} AND model = {model:String} AND run = {run:String}`;
    await this.write(
      `INSERT INTO ${this.db}.unmatched (${UNMATCHED})
       SELECT project, model, prediction_id, ts, received_at, label, label_num, source, 0, {now:DateTime64(3,'UTC')}
       FROM ${arrivedSql(this.db, 'outcomes')} WHERE prediction_id NOT IN (SELECT prediction_id FROM ${located})`,
      params,
    );
    await this.write(
      `INSERT INTO ${this.db}.labels (${LABELS})
       SELECT project, model, version, prediction_id, ts, outcome_ts, outcome_received_at, label, label_num, source, {by:String} FROM ${located}`,
      params,
    );
    return this.hours(`SELECT DISTINCT ${HOUR} AS hour FROM ${located}`, params);
  }

  /** Outcomes that still wait for one of the new predictions. */
  private waitingSql(fresh: string, more: string): string {
    return `SELECT prediction_id, outcome_ts, outcome_received_at, label, any(label_num) AS label_num, any(source) AS source${more}
      FROM ${this.db}.unmatched
      WHERE project = {project:String} AND model = {model:String} AND prediction_id IN (SELECT prediction_id FROM ${fresh})
      GROUP BY prediction_id, outcome_ts, outcome_received_at, label HAVING argMax(state, changed_at) = 0`;
  }

  private write(sql: string, params: Record<string, unknown>): Promise<void> {
    return this.store.command(sql, params, { timeoutS: TIMEOUT_S });
  }

  private async hours(sql: string, params: Record<string, unknown>): Promise<number[]> {
    const rows = await this.store.query<{ hour: number }>(sql, params, { timeoutS: TIMEOUT_S });
    return rows.map((r) => Number(r.hour));
  }

  private async has(table: 'unmatched'): Promise<boolean> {
    const rows = await this.store.query(
      `SELECT 1 FROM ${this.db}.${table} WHERE project = {project:String} AND model = {model:String} LIMIT 1`,
      this.base,
    );
    return rows.length > 0;
  }

  private async hasVersions(): Promise<boolean> {
    const [row] = await this.store.query<{ n: number }>(
      `SELECT uniqExact(version) AS n FROM ${this.db}.catalog WHERE project = {project:String} AND model = {model:String} AND kind = 'version'`,
      this.base,
    );
    return Number(row?.n ?? 0) > 1;
  }
}
