import { describe, expect, it } from 'vitest';
import { linesOf, ndjsonRows, withModel } from './ndjson.js';
import type { Row } from './rows.js';

async function* pieces(content: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}
async function flat<T>(portions: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const portion of portions) all.push(...portion);
  return all;
}

describe('lines', () => {
  const text = '{"a":"é"}\r\n\n  \n{"b":"💡"}\n{"c":1}';
  it.each([1, 2, 3, 5, 8, 1_000])('are numbered as an editor does, in pieces of %d bytes', async (size) => {
    expect(await flat(linesOf(pieces(text, size)))).toEqual([
      { line: 1, text: '{"a":"é"}\r' },
      { line: 4, text: '{"b":"💡"}' },
      { line: 5, text: '{"c":1}' },
    ]);
  });

  it.each([1, 4, 100])('that are too long have no text and do not grow memory, in pieces of %d bytes', async (size) => {
    const long = 'x'.repeat(50);
    expect(await flat(linesOf(pieces(`a\n${long}\nb\n${long}`, size), 20))).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: size === 100 ? long : null },
      { line: 3, text: 'b' },
      { line: 4, text: null },
    ]);
  });
});

describe('the model', () => {
  it.each([
    ['{"a":1}', '{"model":"m","a":1}'],
    ['  { "a": 1}', '{"model":"m","a": 1}'],
    ['\ufeff{"a":1}', '{"model":"m","a":1}'],
    ['{}', '{"model":"m"}'],
    ['{"model":"own"}', '{"model":"own"}'],
    ['{"features":{"model":"T"}}', '{"features":{"model":"T"},"model":"m"}'],
    ['{"model":null,"a":1}', '{"model":"m","a":1}'],
    ['{"a":', '{"model":"m","a":'],
    ['"model" is broken', '"model" is broken'],
    ['[1]', '[1]'],
    ['nonsense', 'nonsense'],
  ])('is filled into %s', (line, sent) => {
    expect(withModel(line, 'm')).toBe(sent);
  });
});

describe('rows', () => {
  const rules = { name: 'a.ndjson', kind: 'predictions' as const, model: 'm' };
  const read = (content: string, more = {}): Promise<Row[]> =>
    flat(ndjsonRows(pieces(content, 7), { ...rules, ...more }));

  it('go on behind those that are done', async () => {
    expect(await read('{"a":1}\n\n{"a":2}\n{"a":3}\n', { skip: 2 })).toEqual([
      { line: 4, text: '{"model":"m","a":3}' },
    ]);
  });

  it('may be flat records, whose fields are columns', async () => {
    const columns = { map: { prediction_id: 'order', score: 'p' }, features: 'all' as const };
    const rows = await read('{"order":1,"p":0.5,"x":2}\n{"order":2,"p":0.25}\nbroken\n', { columns });
    expect(rows.map((r) => r.text)).toEqual([
      '{"model":"m","prediction_id":"1","features":{"x":2},"tags":{},"prediction":{"score":0.5}}',
      '{"model":"m","prediction_id":"2","features":{},"tags":{},"prediction":{"score":0.25}}',
      'broken',
    ]);
  });

  it('of outcomes may have no label yet', async () => {
    const columns = { map: { ts: 'outcome_ts' } };
    const rows = await read(
      '{"prediction_id":"a","label":1,"outcome_ts":"2026-01-01T00:00:00Z"}\n{"prediction_id":"b"}\n',
      {
        kind: 'outcomes',
        columns,
      },
    );
    expect(rows).toEqual([
      { line: 1, text: '{"model":"m","prediction_id":"a","label":1,"ts":"2026-01-01T00:00:00Z"}' },
      { line: 2, text: '', empty: true },
    ]);
  });

  it.each(['[{"a":1},\n', '{"events":[{"a":1}]}\n', '{\n  "events": []'])(
    'are no JSON document: %s',
    async (content) => {
      await expect(read(content)).rejects.toMatchObject({ name: 'WrongUse', message: /jq -c/ });
    },
  );
});
