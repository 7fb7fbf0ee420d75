import type { EventStore } from '@plumbline/clickhouse';
import type { Config } from '@plumbline/config';
import { METRICS, PlumblineError, type ReferenceView } from '@plumbline/contracts';
import { and, type Db, desc, eq, type ModelContext, newId, references } from '@plumbline/control';
import { type Kinds, kindsOf, profile, referenceSource, shown } from '@plumbline/drift';
import { Bytes, limitsOf, PAYLOAD_COLUMNS, Refusal, writePayload } from '@plumbline/ingestion';
import { fitEstimator, keepEstimator, performance } from '@plumbline/windows';
import { checkReferenceRow, type RowRead } from './readRows.js';

const ROWS_AT_ONCE = 20_000;
const COLUMNS = [
  ...'project model reference row version prediction_id ts'.split(' '),
  ...PAYLOAD_COLUMNS,
  'label',
  'label_num',
];

/**
 * Stores a frozen data set to compare with and profiles it: decile bins, categories, the metrics of its labelled rows, and what
 * they teach about estimating metrics without labels.
 * Streamed: memory does not grow with the file. A row that is not usable refuses the whole upload, naming the row, because a
 * reference with holes would be trusted like one without.
 */
export async function uploadReference(
  store: EventStore,
  db: Db,
  config: Config,
  model: ModelContext,
  input: { name: string; version?: string; events: AsyncIterable<RowRead> },
  nowMs: number,
): Promise<ReferenceView> {
  const id = newId();
  const limits = limitsOf(config);
  let rows = 0;
  let labelled = 0;
  const lines = new Bytes();
  const flush = async () => {
    if (lines.length > 0) await store.insert('reference_rows', lines.from(0), { columns: COLUMNS });
    lines.clear();
  };
  for await (const parsed of input.events) {
    rows++;
    try {
      if (!parsed.ok) throw new Refusal('invalid_json', 'The line is not valid JSON.');
      const { prediction: p, outcome } = checkReferenceRow(parsed.event, model.model, rows, limits, nowMs);
      if (outcome) labelled++;
      lines.ascii('[').string(model.projectId).ascii(',').string(model.model).ascii(`,"${id}",${rows},`);
      lines.string(p.version).ascii(',').string(p.predictionId).ascii(',');
      lines.time(p.ts ?? nowMs).ascii(',');
      writePayload(p, lines);
      if (outcome) lines.ascii(',').string(outcome.label).ascii(',').number(outcome.labelNum).ascii(']\n');
      else lines.ascii(',null,null]\n');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new PlumblineError(
        'invalid_request',
        `Row ${rows} of the reference is not usable: ${error.message} Nothing of this upload is used.`,
        { errors: [{ path: `row ${rows}`, message: `${error.code}: ${error.message}` }] },
      );
    }
    if (rows % ROWS_AT_ONCE === 0) await flush();
  }
  await flush();
  if (rows === 0) throw new PlumblineError('invalid_request', 'The reference is empty.');
  const source = referenceSource(store.database, model, id);
  const kinds: Kinds = await kindsOf(store, source, model.features, model.task);
  const profiles = await profile(store, source, kinds);
  const estimates = labelled > 0 ? await metricsOf(store, model, id, nowMs) : {};
  const estimator = labelled > 0 ? await fitEstimator(store, model, id) : null;
  const row = await db.transaction(async (tx) => {
    const [last] = await tx
      .select({ revision: references.revision })
      .from(references)
      .where(
        and(
          eq(references.projectId, model.projectId),
          eq(references.model, model.model),
          eq(references.name, input.name),
        ),
      )
      .orderBy(desc(references.revision))
      .limit(1);
    const [stored] = await tx
      .insert(references)
      .values({
        id,
        projectId: model.projectId,
        model: model.model,
        name: input.name,
        revision: (last?.revision ?? 0) + 1,
        version: input.version ?? null,
        rows,
        labelled,
        profiles,
        estimates,
        createdAt: new Date(nowMs),
      })
      .returning();
    await keepEstimator(tx, id, estimator);
    return stored!;
  });
  return referenceView(row);
}

async function metricsOf(store: EventStore, model: ModelContext, id: string, nowMs: number) {
  const metrics = METRICS[model.task].filter((m) => m !== 'confusion');
  const [all] = await performance(
    store,
    model,
    {
      from: 0,
      to: 4_000_000_000_000,
      granularity: 'all',
      filters: [],
      group_by: [],
      metrics,
      min_labels: 1,
      reference: id,
    },
    nowMs,
  );
  return Object.fromEntries(
    Object.entries(all?.metrics ?? {}).map(([name, { value, low, high }]) => [name, { value, low, high }]),
  );
}

export const referenceView = (row: typeof references.$inferSelect): ReferenceView => ({
  reference: row.id,
  name: row.name,
  revision: row.revision,
  version: row.version,
  rows: row.rows,
  labelled: row.labelled,
  features: Object.fromEntries(Object.entries(row.profiles).map(([name, p]) => [shown(name), p])),
  metrics: Object.fromEntries(Object.entries(row.estimates).map(([name, e]) => [name, e.value])),
  created_at: row.createdAt.toISOString(),
});
