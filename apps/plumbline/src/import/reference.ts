import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ReferenceView } from '@plumbline/contracts';
import { type ColumnRules, openParquet, readCsv } from '@plumbline/tables';
import { Failure } from '../failure.js';
import { type Answer, ask, notPlumbline, parse, refused, Unreachable } from '../server/api.js';
import type { Connection } from '../server/connection.js';
import { Patience } from '../server/patience.js';
import { isPassing, retryAfterMs } from '../server/retry.js';
import { BrokenBody, upload } from '../server/upload.js';
import type { Surroundings } from './events.js';
import { openProgress, type Progress } from './progress.js';
import { damageOf, type Format, type Input, sniff } from './sniff.js';
import { openSource } from './source.js';
import { planFor, type TableRules } from './table.js';

export type ReferenceImport = {
  file: string;
  model: string;
  name: string;
  version?: string;
  columns?: ColumnRules;
  format?: Format;
  giveUpMs?: number;
  progress: boolean;
};
export type ReferenceSummary = Pick<
  ReferenceView,
  'reference' | 'name' | 'revision' | 'version' | 'rows' | 'labelled'
> & {
  features: string[];
  seconds: number;
  rows_per_second: number;
};

const TYPES: Record<Format, string> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
};

/** Uploads a reference in one streamed request; until it is answered nothing of it is used, so a retry begins anew. */
export async function importReference(
  asked: ReferenceImport,
  connection: Connection,
  { stdin, stderr, stop }: Surroundings,
): Promise<ReferenceSummary> {
  const started = performance.now();
  const { model, columns } = asked;
  const input = await sniff(asked.file, stdin, asked.format);
  const rules: TableRules = {
    name: input.name,
    kind: 'reference',
    model,
    columns,
    note: (text) => stderr.write(`plumbline: ${text}\n`),
  };
  if (!columns) await checkColumns(input, rules);
  const progress = openProgress(stderr, { wanted: asked.progress, unit: 'MB' });
  const patience = new Patience({
    url: connection.url,
    giveUpMs: asked.giveUpMs,
    stop,
    nowMs: () => performance.now(),
    random: Math.random,
    onWait: progress.note,
  });
  try {
    for (;;) {
      const answer = await tryOnce(asked, input, rules, connection, stop, progress).catch((error: unknown) => {
        if (stop.aborted) throw new Failure('Interrupted. Nothing of this upload is used.');
        if (error instanceof BrokenBody) throw mended(input, error.cause);
        if (error instanceof Unreachable && input.file) return error;
        throw error instanceof Unreachable ? new Failure(`${connection.url} broke off (${error.message}).`) : error;
      });
      if (answer instanceof Unreachable) await patience.wait({ why: answer.message, afterMs: 0, away: true });
      else if (isPassing(answer.status) && input.file) {
        const afterMs = retryAfterMs(answer.headers.get('retry-after'), Date.now());
        await patience.wait({ why: refused('it', answer).replace('it ', ''), afterMs, away: false });
      } else return summarize(readAnswer(connection, model, answer), performance.now() - started);
    }
  } finally {
    progress.stop();
  }
}

/** Errors of reading that say themselves what to do stay as they are. */
const mended = (input: Input, cause: unknown): unknown =>
  cause instanceof Error && ['WrongUse', 'ColumnError', 'Failure'].includes(cause.name)
    ? cause
    : new Failure(damageOf(input.name, cause));

async function tryOnce(
  { model, name, version, columns }: ReferenceImport,
  input: Input,
  rules: TableRules,
  connection: Connection,
  stop: AbortSignal,
  progress: Progress,
): Promise<Answer> {
  const path = `/v1/models/${encodeURIComponent(model)}/references`;
  // Asked first, because an answer in the middle of an upload may be lost with the connection.
  const known = await ask(connection, 'GET', `${path}?limit=1`, { stop });
  if (known.status !== 200) return known;
  const { body, headers, fraction } = columns ? converted(input, rules) : asItIs(input);
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    progress.update({ rows: Math.round(bytes / 1e6), fraction: fraction() });
  });
  const query = new URLSearchParams({ name, ...(version === undefined ? {} : { version }) });
  return upload(connection, `${path}?${query}`, { body, headers, stop });
}

function asItIs(input: Input) {
  const { bytes, fraction } = input.open('raw');
  const headers: Record<string, string> = { 'content-type': TYPES[input.format] };
  if (input.gzip) headers['content-encoding'] = 'gzip';
  return { body: bytes, headers, fraction };
}

/** Columns with other names: rows become events here. */
function converted(input: Input, rules: TableRules) {
  const source = openSource(input, rules);
  const lines = async function* () {
    try {
      for await (const rows of source.rows) {
        const broken = rows.find((row) => row.refusal);
        if (broken?.refusal) throw new Failure(`${input.name}, line ${broken.line}: ${broken.refusal.message}`);
        yield `${rows.map((row) => row.text).join('\n')}\n`;
      }
    } finally {
      await source.close();
    }
  };
  const rows = Readable.from(lines());
  const body = createGzip({ level: 1 });
  rows.on('error', (error) => body.destroy(error));
  body.on('close', () => rows.destroy());
  return {
    body: rows.pipe(body),
    headers: { 'content-type': TYPES.ndjson, 'content-encoding': 'gzip' },
    fraction: source.fraction,
  };
}

/** The server takes a table without any feature too, and then every feature would seem to have vanished. */
async function checkColumns(input: Input, rules: TableRules): Promise<void> {
  if (input.format === 'csv') {
    const start = async function* () {
      yield input.sample.subarray(0, Math.max(input.sample.indexOf(0x0a), 0) || input.sample.length);
    };
    for await (const [header] of readCsv(start())) if (header) planFor(header.cells as string[], rules);
  }
  if (input.format === 'parquet' && input.file && !input.gzip) {
    const table = await openParquet(input.file.path);
    await table.close();
    planFor(table.columns, rules);
  }
}

function readAnswer(connection: Connection, model: string, answer: Answer): ReferenceView {
  const { url } = connection;
  if (answer.status === 404 && (parse(answer.text) as { code?: string } | undefined)?.code === 'not_found')
    throw new Failure(
      `There is no model '${model}' at ${url} yet. Import predictions first, or declare it: PUT ${url}/v1/models/${model} {"task": "binary"}`,
    );
  if (answer.status !== 201) throw new Failure(refused(url, answer));
  const view = parse(answer.text) as ReferenceView | undefined;
  if (!view?.reference) throw new Failure(notPlumbline(url, answer.status));
  return view;
}

const summarize = (view: ReferenceView, elapsedMs: number): ReferenceSummary => ({
  reference: view.reference,
  name: view.name,
  revision: view.revision,
  version: view.version,
  rows: view.rows,
  labelled: view.labelled,
  features: Object.keys(view.features),
  seconds: Math.round(elapsedMs) / 1000,
  rows_per_second: Math.round(view.rows / Math.max(elapsedMs / 1000, 0.001)),
});
