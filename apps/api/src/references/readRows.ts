import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PlumblineError } from '@plumbline/contracts';
import {
  checkFeatures,
  checkOutcome,
  checkPrediction,
  type Limits,
  type Parsed,
  readEvents,
} from '@plumbline/ingestion';
import { parse } from 'csv-parse';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';

/** Events of a reference body, whatever its format: NDJSON or JSON, CSV, Parquet. */
export function readReferenceEvents(chunks: AsyncIterable<Buffer>, contentType = ''): AsyncIterable<Parsed> {
  if (/^text\/csv\b/i.test(contentType)) return fromCsv(chunks);
  if (/^application\/(vnd\.apache\.parquet|x-parquet)\b/i.test(contentType)) return fromParquet(chunks);
  return readEvents(chunks, contentType);
}

async function* fromCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<Parsed> {
  const parser = Readable.from(chunks).pipe(
    parse({
      columns: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: false,
      max_record_size: 4 * 1024 * 1024,
    }),
  );
  try {
    for await (const record of parser) yield { ok: true, event: fromColumns(record as Record<string, unknown>) };
  } catch (error) {
    throw new PlumblineError('invalid_body', `The CSV cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

const ROWS_AT_ONCE = 20_000;

/** Parquet is read from its end, so the body goes to a temporary file first. */
async function* fromParquet(chunks: AsyncIterable<Buffer>): AsyncGenerator<Parsed> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-'));
  try {
    const path = join(folder, 'reference.parquet');
    await pipeline(chunks, createWriteStream(path));
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const source = {
        byteLength: size,
        async slice(start: number, end = size): Promise<ArrayBuffer> {
          const buffer = Buffer.alloc(end - start);
          await file.read(buffer, 0, buffer.length, start);
          return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.length) as ArrayBuffer;
        },
      };
      const rows = Number((await parquetMetadataAsync(source)).num_rows);
      for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
        for (const record of await parquetReadObjects({
          file: source,
          rowStart: start,
          rowEnd: Math.min(rows, start + ROWS_AT_ONCE),
        }))
          yield { ok: true, event: fromColumns(record) };
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    throw new PlumblineError('invalid_body', `The Parquet file cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A flat record (`feature.*`, `tag.*`, `score|class|value`, `scores.*`, `label`, `ts`) as an event; empty cells are missing. */
export function fromColumns(record: Record<string, unknown>): Record<string, unknown> {
  const features: [string, unknown][] = [];
  const tags: [string, unknown][] = [];
  const scores: [string, unknown][] = [];
  const event: Record<string, unknown> = {};
  const prediction: Record<string, unknown> = {};
  for (const [column, raw] of Object.entries(record)) {
    const value = cell(raw);
    if (column.startsWith('feature.')) features.push([column.slice(8), value]);
    else if (column.startsWith('tag.')) value !== null && tags.push([column.slice(4), String(raw)]);
    else if (column.startsWith('scores.')) value !== null && scores.push([column.slice(7), value]);
    else if (column === 'score' || column === 'value') value !== null && Object.assign(prediction, { [column]: value });
    else if (column === 'class') value !== null && Object.assign(prediction, { class: raw });
    else if (
      ['label', 'ts', 'version', 'model_version', 'prediction_id', 'latency_ms'].includes(column) &&
      value !== null
    )
      event[column] =
        column === 'label' || column === 'latency_ms'
          ? value
          : raw instanceof Date
            ? raw.toISOString()
            : typeof raw === 'bigint'
              ? Number(raw)
              : raw;
  }
  if (scores.length > 0) prediction.scores = Object.fromEntries(scores);
  return { ...event, features: Object.fromEntries(features), tags: Object.fromEntries(tags), prediction };
}

function cell(raw: unknown): unknown {
  if (raw === null || raw === undefined || raw === '') return null;
  if (typeof raw === 'bigint') return Number(raw);
  if (raw instanceof Date) return raw.toISOString();
  if (typeof raw === 'number') return Number.isNaN(raw) ? null : raw;
  return typeof raw === 'string' && NUMBER.test(raw) ? Number(raw) : raw;
}

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
