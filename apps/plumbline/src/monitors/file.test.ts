import { describe, expect, it } from 'vitest';
import { Mistakes, parseSource } from './file.js';

const mistakesOf = (text: string): string[] => {
  try {
    parseSource('monitors.yaml', text);
  } catch (error) {
    if (error instanceof Mistakes) return error.lines;
    throw error;
  }
  throw new Error('there is no mistake');
};

describe('a file of monitors', () => {
  it('is YAML, and JSON as well', () => {
    const yaml = parseSource('a', 'monitors:\n  - {name: n, model: m, kind: drift}\n');
    const json = parseSource('b', JSON.stringify({ monitors: [{ name: 'n', model: 'm', kind: 'drift' }] }));
    expect(yaml.entries).toEqual(json.entries);
    expect(yaml.entries[0]).toMatchObject({ name: 'n', for: 1, channels: [] });
  });

  it.each<[what: string, text: string, mistakes: string[]]>([
    [
      'a field that does not exist, at its own line',
      'monitors:\n  - name: n\n    model: m\n    kind: drift\n    treshold: 3\n',
      ['monitors.yaml:5:5: monitors.0.treshold: there is no such field'],
    ],
    [
      'a value that cannot be, at its key',
      'monitors:\n  - name: n\n    model: m\n    kind: drift\n    window: soon\n',
      ['monitors.yaml:5:5: monitors.0.window: not a duration: use a number and a unit, such as 15m, 1h or 7d'],
    ],
    [
      'what is deep inside',
      'monitors:\n  - name: n\n    model: m\n    kind: volume\n    slice:\n      - field: country\n        op: eq\n        value: BR\n',
      [
        'monitors.yaml:6:9: monitors.0.slice.0.field: a field is features.NAME, tags.NAME, version, label, prediction.class, prediction.score or prediction.value',
      ],
    ],
    [
      'what is missing, at its monitor',
      'monitors:\n  - name: n\n    kind: drift\n',
      ['monitors.yaml:2:5: monitors.0.model: expected string, received undefined'],
    ],
    ['nothing at all', '', ['monitors.yaml:1:1: monitors: expected array, received undefined']],
    [
      'several, in the order of lines',
      'monitors:\n  - name: n\n    model: m\n    kind: drift\n    for: 0\n  - name: o\n    model: m\n    kind: dirft\n',
      [
        expect.stringMatching(/^monitors.yaml:5:5: monitors.0.for: /) as unknown as string,
        expect.stringMatching(/^monitors.yaml:8:5: monitors.1.kind: /) as unknown as string,
      ],
    ],
  ])('%s', (_, text, mistakes) => {
    expect(mistakesOf(text)).toEqual(mistakes);
  });

  it('that is no YAML says where', () => {
    const [first] = mistakesOf('monitors:\n  - name: "n\n    model: m\n');
    expect(first).toMatch(/^monitors\.yaml:\d+:\d+: Missing closing "quote/);
  });
});
