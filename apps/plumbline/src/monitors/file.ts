import { readFile } from 'node:fs/promises';
import { type MonitorEntry, type MonitorsFile, monitorsFile } from '@plumbline/contracts';
import { type Document, isCollection, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { WrongUse } from '../failure.js';

/** A mistake and where it stands. */
export type Mistake = { line: number; column: number; path: string; message: string };

/** What a file says, and where it says it. */
export type Source = { name: string; entries: MonitorEntry[]; at(path: readonly (string | number)[]): Mistake };

/** Several mistakes, each at its line. `lines` are for standard error, one a mistake. */
export class Mistakes extends WrongUse {
  constructor(
    readonly name_: string,
    readonly mistakes: readonly Mistake[],
  ) {
    super(`${name_} has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}.`);
  }
  get lines(): string[] {
    return this.mistakes.map((m) => `${this.name_}:${m.line}:${m.column}: ${m.path ? `${m.path}: ` : ''}${m.message}`);
  }
}

/** Reads files of monitors (YAML or JSON; `-` is standard input). Throws Mistakes, WrongUse. */
export async function readSources(files: readonly string[]): Promise<Source[]> {
  const out: Source[] = [];
  for (const file of files) out.push(parseSource(file === '-' ? 'standard input' : file, await textOf(file)));
  return out;
}

async function textOf(file: string): Promise<string> {
  if (file !== '-')
    return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new WrongUse(`${file} cannot be read (${error.code ?? error.message}).`);
    });
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Pure: the monitors of a text, or every mistake in it with its line. */
export function parseSource(name: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    throw new Mistakes(
      name,
      document.errors.map((e) => ({ ...placeOf(lines, e.pos[0]), path: '', message: e.message.split('\n')[0]! })),
    );
  const at = (path: readonly (string | number)[]): Mistake => ({
    ...placeOf(lines, offsetOf(document, path)),
    path: path.join('.'),
    message: '',
  });
  const parsed = monitorsFile.safeParse(document.toJS() ?? {});
  if (parsed.success) return { name, entries: (parsed.data satisfies MonitorsFile).monitors, at };
  const mistakes = parsed.error.issues.flatMap((issue) => {
    const path = issue.path as (string | number)[];
    // A field that does not exist is shown where it stands, not where its object begins.
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ ...at([...path, key]), message: 'there is no such field' }));
    return [{ ...at(path), message: issue.message.replace(/^Invalid input: /, '') }];
  });
  throw new Mistakes(
    name,
    mistakes.sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

const placeOf = (lines: LineCounter, offset: number) => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

/** Where the deepest part of a path that exists begins: its key, if it has one. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find(
        (i) => isPair(i) && String((i.key as { value?: unknown })?.value ?? i.key) === String(part),
      );
      if (!pair) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = node.get(Number(part), true);
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}
