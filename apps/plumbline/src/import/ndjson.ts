import { type ColumnPlan, type ColumnRules, eventOf, planColumns } from '@plumbline/tables';
import { WrongUse } from '../failure.js';
import type { Kind, Row } from './rows.js';
import { rowText } from './table.js';

const NEWLINE = 0x0a;
/** The server takes bodies of 16 MiB; a longer line is most likely no NDJSON. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

type Line = { line: number; text: string | null };

/** Lines in portions, numbered from 1; blank ones are left out, too long ones have no text. Cut at 0x0A, so no character is torn. */
export async function* linesOf(bytes: AsyncIterable<Buffer>, bytesMax = LINE_BYTES_MAX): AsyncGenerator<Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 0;
  const keep = (piece: Buffer) => {
    restBytes += piece.length;
    if (restBytes <= bytesMax) rest.push(piece);
    else rest = [];
  };
  const take = (): string | null => {
    const text = restBytes > bytesMax ? null : Buffer.concat(rest).toString('utf8');
    rest = [];
    restBytes = 0;
    return text;
  };
  for await (const chunk of bytes) {
    const first = chunk.indexOf(NEWLINE);
    if (first === -1) {
      keep(chunk);
      continue;
    }
    keep(chunk.subarray(0, first));
    const last = chunk.lastIndexOf(NEWLINE);
    const texts = [take(), ...(last > first ? chunk.toString('utf8', first + 1, last).split('\n') : [])];
    const lines: Line[] = [];
    for (const text of texts) {
      line++;
      if (text === null || text.trim() !== '') lines.push({ line, text });
    }
    yield lines;
    if (last + 1 < chunk.length) keep(chunk.subarray(last + 1));
  }
  const text = take();
  if (text === null || text.trim() !== '') yield [{ line: line + 1, text }];
}

const START = /^[\ufeff\s]*\{\s*(\})?/;

/** The line with the model in it, if it has none of its own. Broken lines stay as they are: the server says what is wrong. */
export function withModel(text: string, model: string): string {
  const field = `"model":${JSON.stringify(model)}`;
  if (text.includes('"model"')) {
    const event = parsed(text);
    if (!event) return text;
    if (event.model !== undefined && event.model !== null) return text;
    return JSON.stringify({ ...event, model });
  }
  const start = START.exec(text);
  if (!start) return text;
  return start[1] ? `{${field}}${text.slice(start[0].length)}` : `{${field},${text.slice(start[0].length)}`;
}

export type NdjsonRules = {
  name: string;
  kind: Kind | 'reference';
  model: string;
  columns?: ColumnRules;
  skip?: number;
};

/** Events of NDJSON in order. With column rules a line is a flat record, whose fields are columns. */
export async function* ndjsonRows(
  bytes: AsyncIterable<Buffer>,
  { name, kind, model, columns, skip = 0 }: NdjsonRules,
): AsyncGenerator<Row[]> {
  let seen = 0;
  const plans = new Map<string, ColumnPlan>();
  const fromRecord = (line: number, text: string): Row => {
    const record = parsed(text);
    if (!record) return { line, text };
    const names = Object.keys(record);
    const key = names.join('\0');
    const plan = plans.get(key) ?? planColumns(names, onlyThere(columns!, names));
    if (plans.size < 1_000) plans.set(key, plan);
    const event = eventOf(plan, Object.values(record));
    if (kind === 'outcomes' && event.label === undefined) return { line, text: '', empty: true };
    return { line, text: rowText(kind, model, event) };
  };
  for await (const lines of linesOf(bytes)) {
    if (seen === 0 && lines[0]?.text) assertLines(name, lines[0].text);
    const fresh = lines.slice(Math.max(0, skip - seen));
    seen += lines.length;
    if (fresh.length === 0) continue;
    yield fresh.map(({ line, text }): Row => {
      if (text === null)
        return { line, text: '', refusal: { code: 'too_large', message: 'The line is longer than 8 MiB.' } };
      return columns ? fromRecord(line, text) : { line, text: withModel(text, model) };
    });
  }
}

/** JSON leaves fields out that are null elsewhere; only what no line has would be a mistake, and the server tells of that. */
function onlyThere({ map = {}, features = [], time }: ColumnRules, names: readonly string[]): ColumnRules {
  return {
    time,
    map: Object.fromEntries(Object.entries(map).filter(([, name]) => names.includes(name))),
    features: features === 'all' ? 'all' : features.filter((name) => names.includes(name)),
  };
}

/** A whole JSON document is a common mistake and would end as one rejected row a line. */
function assertLines(name: string, first: string): void {
  const nested = /^[\ufeff\s]*\{\s*$/.test(first) || Array.isArray(parsed(first)?.events);
  const whole = /^[\ufeff\s]*\[/.test(first) ? '.[]' : nested ? '.events[]' : undefined;
  if (whole)
    throw new WrongUse(
      `${name} is one JSON document, not one event a line. Turn it: jq -c '${whole}' FILE | plumbline import … -`,
    );
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
