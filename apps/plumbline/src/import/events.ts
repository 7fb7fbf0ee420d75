import type { Readable } from 'node:stream';
import type { ColumnRules } from '@plumbline/tables';
import { Failure } from '../failure.js';
import type { Connection, Environment } from '../server/connection.js';
import { Patience } from '../server/patience.js';
import { deliver } from './deliver.js';
import { Ledger, noTotals } from './ledger.js';
import { openProgress } from './progress.js';
import { openRejects } from './rejects.js';
import { Resume, stateFolder } from './resume.js';
import type { Kind } from './rows.js';
import { Sender } from './sender.js';
import { damageOf, type Format, type Input, sniff } from './sniff.js';
import { openSource } from './source.js';
import { type Summary, summarize } from './summary.js';

export type EventsImport = {
  file: string;
  kind: Kind;
  model: string;
  columns?: ColumnRules;
  format?: Format;
  /** Requests under way at once. */
  parallel: number;
  giveUpMs?: number;
  restart: boolean;
  rejects?: string;
  progress: boolean;
};
/** What the command has from its process. */
export type Surroundings = {
  env: Environment;
  stdin: Readable;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  stop: AbortSignal;
};

/**
 * Sends a file in bounded batches, several under way at once, and remembers how far it came. What the server or the input does
 * wrong is in the summary, so that what was done before is told as well; only wrong use is thrown.
 */
export async function importEvents(
  asked: EventsImport,
  connection: Connection,
  { env, stdin, stderr, stop }: Surroundings,
): Promise<{ summary: Summary; name: string }> {
  const started = performance.now();
  const say = (text: string) => stderr.write(`plumbline: ${text}\n`);
  const input = await sniff(asked.file, stdin, asked.format);
  const resume = resumeOf(asked, input, connection, env);
  if (asked.restart) resume?.remove();
  const before = resume?.load();
  const totals = before?.totals ?? noTotals();
  const from = totals.rows;
  if (from > 0) say(`going on after row ${from} of ${input.name}, where an earlier run stopped; --restart begins anew`);

  const rejects = openRejects(asked.rejects, before?.rejectsBytes ?? 0);
  const progress = openProgress(stderr, { wanted: asked.progress, from });
  const halt = new AbortController();
  const onStop = () => halt.abort();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) halt.abort();
  const patience = new Patience({
    url: connection.url,
    giveUpMs: asked.giveUpMs,
    stop: halt.signal,
    nowMs: () => performance.now(),
    random: Math.random,
    onWait: progress.note,
  });
  const sender = new Sender(connection, asked.kind, patience, halt.signal);
  const source = openSource(input, {
    kind: asked.kind,
    model: asked.model,
    columns: asked.columns,
    skip: from,
    note: say,
  });
  const ledger = new Ledger(totals);
  const save = (now: boolean) =>
    resume?.save({ totals, rejectsBytes: rejects.bytes() }, performance.now(), now) ?? false;
  let error: string | undefined;
  try {
    await deliver({ source, sender, parallel: asked.parallel, halt }, (batch, taken) => {
      for (const entered of ledger.settle(batch, taken)) {
        rejects.write(entered.rejected);
        progress.update({ rows: totals.rows, fraction: entered.batch.fraction });
      }
      save(false);
    });
    resume?.remove();
  } catch (cause) {
    if (isWrongUse(cause)) throw cause;
    const kept = totals.rows > 0 && save(true);
    const why = stop.aborted ? 'Interrupted.' : cause instanceof Failure ? cause.message : damageOf(input.name, cause);
    error = `${why} ${outlook(totals.rows, kept)}`;
  } finally {
    stop.removeEventListener('abort', onStop);
    progress.stop();
    rejects.close();
    await source.close();
  }
  return {
    name: input.name,
    summary: summarize(totals, { resumedFrom: from, elapsedMs: performance.now() - started, error }),
  };
}

const isWrongUse = (error: unknown): boolean =>
  error instanceof Error && ['WrongUse', 'ColumnError'].includes(error.name);

function resumeOf(asked: EventsImport, input: Input, { url }: Connection, env: Environment): Resume | undefined {
  if (!input.file) return undefined;
  const { kind, model, columns } = asked;
  return new Resume(stateFolder(env), input.file, { url, kind, model, columns, format: input.format });
}

const outlook = (rows: number, kept: boolean): string =>
  rows === 0
    ? 'Nothing was taken.'
    : kept
      ? `${rows} rows are done; the same command goes on from there.`
      : `${rows} rows are done; sending them again is harmless.`;
