import { type MonitorView, type Page, type Problem, parseDuration } from '@plumbline/contracts';
import { InvalidArgumentError } from 'commander';
import { Failure } from '../failure.js';
import { ask, notReached, parse, refused, Unreachable } from '../server/api.js';
import type { Connection } from '../server/connection.js';
import { Mistakes, type Source } from './file.js';

/** All monitors of the project, or of one model. */
export async function allMonitors(connection: Connection, model?: string): Promise<MonitorView[]> {
  return everything<MonitorView>(
    connection,
    `/v1/monitors?limit=500${model ? `&model=${encodeURIComponent(model)}` : ''}`,
  );
}

/** Every page of a list. */
export async function everything<T>(connection: Connection, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await send(connection, 'GET', cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/** A request of this command; what the server does not like about the files is told with the line where it stands. */
export async function send<T>(
  connection: Connection,
  method: string,
  path: string,
  body?: unknown,
  { sources = [], entry, timeoutMs = 30_000 }: { sources?: readonly Source[]; entry?: number; timeoutMs?: number } = {},
): Promise<T> {
  const answer = await ask(connection, method, path, {
    timeoutMs,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch((error: unknown) => {
    if (error instanceof Unreachable) throw new Failure(notReached(connection.url, error.message));
    throw error;
  });
  if (answer.status >= 200 && answer.status <= 299) return parse(answer.text) as T;
  const problem = parse(answer.text) as Partial<Problem> | undefined;
  const placed = (problem?.errors ?? []).flatMap((e) =>
    placeIn(
      sources,
      entry === undefined ? e : { ...e, path: `monitors.${entry}.${e.path.replace(/^monitor\.?/, '')}` },
    ),
  );
  if (answer.status === 400 && placed[0])
    throw new Mistakes(
      placed[0].source,
      placed.map((p) => p.mistake),
    );
  throw new Failure(refused(connection.url, answer));
}

/** `monitors.3.condition`, counted over all files, as a place in one of them. */
function placeIn(sources: readonly Source[], { path, message }: { path: string; message: string }) {
  const [, index, rest] = /^monitors\.(\d+)\.?(.*)$/.exec(path) ?? [];
  if (index === undefined) return [];
  let i = Number(index);
  for (const source of sources) {
    if (i < source.entries.length) {
      const parts = ['monitors', i, ...(rest ? rest.split('.') : [])];
      return [{ source: source.name, mistake: { ...source.at(parts), message } }];
    }
    i -= source.entries.length;
  }
  return [];
}

/** An option such as 30d, in ms. */
export function durationOption(raw: string): number {
  const ms = parseDuration(raw);
  if (!ms) throw new InvalidArgumentError(`'${raw}' is not a duration such as 12h or 30d.`);
  return ms;
}
