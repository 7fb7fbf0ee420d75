import type { BacktestAnswer, MonitorEntry } from '@plumbline/contracts';
import { parseInstant } from '@plumbline/contracts';
import { Failure, WrongUse } from '../failure.js';
import { table } from '../keys/table.js';
import type { Connection } from '../server/connection.js';
import { readSources } from './file.js';
import { send } from './server.js';

export type TestOptions = {
  file: string[];
  last: number;
  from?: string;
  to?: string;
  labels?: 'then' | 'now';
  allow: number;
  json?: boolean;
};
export type Tested = { monitor: MonitorEntry; answer: BacktestAnswer };

/** A question about a long history may take minutes. */
const TIMEOUT_MS = 600_000;

/** Runs the monitors of the files on history and tells when they would have rung. Throws Failure if one would have, more often than is allowed. */
export async function testFiles(connection: Connection, o: TestOptions, nowMs: number): Promise<void> {
  const sources = await readSources(o.file);
  const range = rangeOf(o, nowMs);
  const tested: Tested[] = [];
  for (const [i, monitor] of sources.flatMap((s) => s.entries).entries()) {
    if (!monitor.enabled) continue;
    const body = { monitor: { ...monitor, channels: [] }, ...range, labels: o.labels ?? 'then' };
    const answer = await send<BacktestAnswer>(connection, 'POST', '/v1/monitors/backtest', body, {
      sources,
      entry: i,
      timeoutMs: TIMEOUT_MS,
    }).catch((error: unknown) => {
      if (error instanceof Failure)
        throw new Failure(`monitor ${i + 1} ('${monitor.name}' of ${monitor.model}): ${error.message}`);
      throw error;
    });
    tested.push({ monitor, answer });
  }
  process.stdout.write(`${o.json ? JSON.stringify(tested.map(flat)) : testedText(tested)}\n`);
  const rang = tested.filter((t) => t.answer.would_have_fired.length > o.allow);
  if (rang.length > 0)
    throw new Failure(
      `${rang.length} of ${tested.length} monitors would have rung${o.allow > 0 ? ` more than ${o.allow} times` : ''} from ${range.from.slice(0, 10)} to ${range.to.slice(0, 10)}.`,
    );
}

function rangeOf({ from, to, last }: TestOptions, nowMs: number): { from: string; to: string } {
  const at = (raw: string | undefined, name: string): number | null => {
    if (raw === undefined) return null;
    const ms = parseInstant(/^\d{10,}$/.test(raw) ? Number(raw) : raw);
    if (ms === null)
      throw new WrongUse(`'${raw}' is not a time for --${name}: use 2026-01-31 or 2026-01-31T12:00:00Z.`);
    return ms;
  };
  const end = at(to, 'to') ?? nowMs;
  const start = at(from, 'from') ?? end - last;
  if (start >= end) throw new WrongUse('--from must be before --to.');
  return { from: new Date(start).toISOString(), to: new Date(end).toISOString() };
}

const flat = ({ monitor, answer: { evaluations: _, ...rest } }: Tested) => ({
  model: monitor.model,
  name: monitor.name,
  ...rest,
});
const minute = (at: string) => at.slice(0, 16).replace('T', ' ');
const number = (value: number | null) => (value === null ? '–' : String(Number(value.toPrecision(4))));

/** Pure: what was found, as people read it: a line a monitor, then when each would have rung and what is wrong with it. */
export function testedText(tested: readonly Tested[]): string {
  const rows = tested.map(({ monitor: m, answer: a }) => [
    m.model,
    m.name,
    String(a.looks),
    String(a.bad),
    String(a.no_data),
    String(a.would_have_fired.length),
    number(a.per_month),
    number(a.suggested_threshold),
  ]);
  const header = ['model', 'monitor', 'looks', 'bad', 'no data', 'rings', 'a month', 'suggested threshold'];
  const more = tested.flatMap(({ monitor: m, answer: a }) => [
    ...a.would_have_fired.map(
      (f) =>
        `${m.model} / ${m.name}: ${minute(f.at)} to ${f.resolved_at ? minute(f.resolved_at) : 'the end'} UTC: ${f.message}`,
    ),
    ...a.diagnosis
      .filter((d) => d.severity === 'warning')
      .map((d) => `${m.model} / ${m.name}: ${d.message}${d.fix ? ` ${d.fix}` : ''}`),
    ...(a.exact ? [] : [`${m.model} / ${m.name}: looked every ${a.every} of the range, not as often as it will.`]),
  ]);
  return [table(header, rows), ...(more.length > 0 ? ['', ...more] : [])].join('\n');
}
