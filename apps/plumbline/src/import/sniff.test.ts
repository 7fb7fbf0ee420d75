import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { damageOf, formatOf, sniff } from './sniff.js';

const NONE = Readable.from([]);

describe('the format', () => {
  it.each([
    ['a.csv', 'a,b\n1,2', 'csv'],
    ['a.csv.gz', '{x,y\n', 'csv'],
    ['a.tsv', 'a\tb', 'csv'],
    ['a.ndjson', 'a', 'ndjson'],
    ['a.jsonl.gz', '{}', 'ndjson'],
    ['a.json', '[', 'ndjson'],
    ['data', '\ufeff  {"a": 1}', 'ndjson'],
    ['data', 'a,b', 'csv'],
    ['-', '{"a": 1}', 'ndjson'],
    ['a.csv', 'PAR1', 'parquet'],
  ])('of %s with %j is %s', (name, content, format) => {
    expect(formatOf(name, Buffer.from(content))).toBe(format);
  });

  it.each([
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['ZIP', [0x50, 0x4b, 3, 4]],
  ])('%s is refused with what to do', (name, bytes) => {
    expect(() => formatOf('a', Buffer.from(bytes))).toThrow(new RegExp(name));
  });
});

describe('an input', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-sniff-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is inflated if its content is gzip, whatever its name is', async () => {
    const path = join(folder, 'a.csv');
    await writeFile(path, gzipSync('a,b\n1,2\n'));
    const input = await sniff(path, NONE);
    expect([input.format, input.gzip, input.sample.toString()]).toEqual(['csv', true, 'a,b\n1,2\n']);
    const { bytes, fraction } = input.open('inflated');
    expect(await text(bytes)).toBe('a,b\n1,2\n');
    expect(fraction()).toBe(1);
    expect(await text(input.open('inflated').bytes), 'again').toBe('a,b\n1,2\n');
  });

  it('that ends too early says so', async () => {
    const path = join(folder, 'cut.ndjson.gz');
    const whole = gzipSync(Array.from({ length: 5_000 }, () => Math.random()).join('\n'));
    await writeFile(path, whole.subarray(0, whole.length - 100));
    const input = await sniff(path, NONE);
    const error = await text(input.open('inflated').bytes).catch((e: unknown) => e);
    expect(damageOf(path, error)).toBe(`${path} is damaged: its gzip data end too early.`);
  });

  it.each([
    ['plain', (s: string) => Buffer.from(s)],
    ['gzip', (s: string) => gzipSync(s)],
  ])('may be standard input, %s, one byte at a time', async (_, encode) => {
    const bytes = encode('{"a": 1}\n{"a": 2}\n');
    const stdin = Readable.from(
      [...bytes].map((b) => Buffer.of(b)),
      { objectMode: false },
    );
    const input = await sniff('-', stdin, 'ndjson');
    expect([input.format, input.file]).toEqual(['ndjson', undefined]);
    expect(await text(input.open('inflated').bytes)).toBe('{"a": 1}\n{"a": 2}\n');
  });

  it('may be an empty standard input', async () => {
    const input = await sniff('-', Readable.from([]));
    expect(await text(input.open('inflated').bytes)).toBe('');
  });

  it('that is not there, or a folder, is wrong use', async () => {
    await expect(sniff(join(folder, 'no'), NONE)).rejects.toMatchObject({ name: 'WrongUse', message: /ENOENT/ });
    await expect(sniff(folder, NONE)).rejects.toMatchObject({ name: 'WrongUse', message: /is not a file/ });
  });
});
