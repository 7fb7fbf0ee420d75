import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunksOf, type FileName, formatName, isOrphan, parseName, SILENCE_MS } from './spool-files.js';

const file: FileName = {
  bornMs: 1_767_225_600_000,
  sequence: 3,
  host: 'web-1',
  pid: 42,
  thread: 0,
  owner: 'abc123',
  kind: 'prediction',
};

describe('names', () => {
  it('say who wrote the file, and sort by age', () => {
    expect(formatName(file)).toBe('1767225600000-3.web-1.42-0.abc123.predictions.ndjson');
    expect(parseName(formatName(file))).toEqual(file);
    expect(formatName({ ...file, bornMs: 5 }) < formatName(file)).toBe(true);
  });

  it.each(['README', '1.predictions.ndjson', '.DS_Store', `${formatName(file)}.tmp`])('%s is not ours', (name) => {
    expect(parseName(name)).toBeUndefined();
  });
});

describe('isOrphan', () => {
  const here = { host: 'web-1', pid: 7, thread: 0, owners: new Set(['me']), isAlive: (pid: number) => pid === 42 };
  it.each<[string, Partial<FileName>, number, boolean]>([
    ['our own, however old', { owner: 'me' }, 10 * SILENCE_MS, false],
    ['of a living process', {}, 0, false],
    ['of a living process id that has been silent too long (a reused id)', {}, SILENCE_MS + 1, true],
    ['of a dead process', { pid: 43 }, 0, true],
    ['of the run before us, same process id in a new container', { pid: 7 }, 0, true],
    ['of another thread of ours', { pid: 7, thread: 2 }, 0, false],
    ['of another host', { host: 'web-2', pid: 43 }, 0, false],
    ['of another host, silent too long', { host: 'web-2', pid: 43 }, SILENCE_MS + 1, true],
  ])('%s', (_, overrides, ageMs, expected) => {
    expect(isOrphan({ ...file, ...overrides }, ageMs, here)).toBe(expected);
  });
});

describe('chunksOf', () => {
  it('covers every whole line exactly once, in order and within bounds', () => {
    const encode = (text: string) => Buffer.from(`${text}\n`, text.startsWith('{"text"') ? 'utf8' : 'latin1');
    const line = fc.string().map((text) => JSON.stringify({ text }));
    const broken = fc.constantFrom('', '\0\0\0', '{"a":1', '"a":1}', '{"a":"\xff"}');
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: broken })),
        fc.constantFrom('', '{"torn":"lin'),
        fc.integer({ min: 1, max: 5 }),
        (lines, torn, size) => {
          const bytes = Buffer.concat([...lines.map(encode), Buffer.from(torn)]);
          const { chunks, damaged } = chunksOf(bytes, size, 40);
          const read = chunks.flatMap(({ offset, length, count }) => {
            const part = bytes
              .subarray(offset, offset + length)
              .toString()
              .slice(0, -1)
              .split('\n');
            expect(part).toHaveLength(count);
            expect(count).toBeLessThanOrEqual(size);
            if (count > 1) expect(length).toBeLessThanOrEqual(40);
            return part;
          });
          const sound = lines.filter((text) => text.startsWith('{"text"'));
          expect(read).toEqual(sound);
          expect(damaged).toBe(lines.length - sound.length);
        },
      ),
    );
  });
});
