import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlumblineError } from '@plumbline/contracts';
import { checkFeatures, checkOutcome, checkPrediction, type Limits, readEvents } from '@plumbline/ingestion';
import { type ColumnPlan, eventOf, openParquet, planColumns, readCsv, TableError } from '@plumbline/tables';

/** A row of a reference file: an event, or text that is none. */
export type RowRead = { ok: true; event: unknown } | { ok: false };

/** Events of a reference body, whatever its format: NDJSON or JSON, CSV, Parquet. */
export function readReferenceEvents(chunks: AsyncIterable<Buffer>, contentType = ''): AsyncIterable<RowRead> {
  if (/^text\/csv\b/i.test(contentType)) return fromCsv(chunks);
  if (/^application\/(vnd\.apache\.parquet|x-parquet)\b/i.test(contentType)) return fromParquet(chunks);
  return one(readEvents(chunks, contentType));
}

async function* one(lists: AsyncIterable<RowRead[]>): AsyncGenerator<RowRead> {
  for await (const list of lists) yield* list;
}

async function* fromCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<RowRead> {
  let plan: ColumnPlan | undefined;
  let columns = 0;
  try {
    for await (const rows of readCsv(chunks))
      for (const { line, cells } of rows) {
        if (!plan) {
          plan = planColumns(cells as string[]);
          columns = cells.length;
        } else if (cells.length !== columns)
          throw new TableError(`line ${line} of the CSV has ${cells.length} cells, its header ${columns}`);
        else yield { ok: true, event: eventOf(plan, cells) };
      }
  } catch (error) {
    throw unreadable(error);
  }
}

/** Parquet is read from its end, so the body goes to a temporary file first. */
async function* fromParquet(chunks: AsyncIterable<Buffer>): AsyncGenerator<RowRead> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-'));
  try {
    const path = join(folder, 'reference.parquet');
    await pipeline(chunks, createWriteStream(path));
    const table = await openParquet(path);
    try {
      const plan = planColumns(table.columns);
      for await (const rows of table.read())
        for (const { cells } of rows) yield { ok: true, event: eventOf(plan, cells) };
    } finally {
      await table.close();
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const unreadable = (error: unknown): unknown =>
  error instanceof TableError
    ? new PlumblineError('invalid_body', `The reference is not usable: ${error.message}.`, { cause: error })
    : error;

/** One row of a reference, checked like an event except that id and time may be absent; throws a Refusal. */
export function checkReferenceRow(event: unknown, model: string, row: number, limits: Limits, nowMs: number) {
  const given = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  const whole = {
    ...given,
    model,
    prediction_id: given.prediction_id ?? `row-${row}`,
    prediction: given.prediction ?? {},
  };
  const bare = Object.keys(whole.prediction as object).length === 0;
  const prediction = bare
    ? {
        ...checkPrediction({ ...whole, features: undefined, prediction: { value: 0 } }, limits, nowMs),
        value: null,
        features: checkFeatures(given.features, limits),
      }
    : checkPrediction(whole, limits, nowMs);
  const labelled = given.label !== undefined && given.label !== null;
  return {
    prediction,
    outcome: labelled
      ? checkOutcome({ model, prediction_id: whole.prediction_id, label: given.label }, limits, nowMs)
      : null,
  };
}
