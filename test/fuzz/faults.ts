import type { Dice } from './dice.js';
import { DAY_MS, json, object, type Parts } from './events.js';
import { DECLARED } from './models.js';
import type { Odds } from './odds.js';
import type { Kind } from './oracle.js';

/** Names a field of an event and what to put there; `undefined` takes the field away. */
type Fault = readonly [field: string, raw: string | undefined];
type Make = (dice: Dice) => Fault;

const long = (n: number) => json('x'.repeat(n));
const nested = (levels: number) => `${'{"n":'.repeat(levels)}1${'}'.repeat(levels)}`;
const many = (n: number, raw: string) => object(Array.from({ length: n }, (_, i) => [`f${i}`, raw]));
const one = (field: string, ...raws: (string | undefined)[]): Make[] => [(dice) => [field, dice.pick(raws)]];

const IDENTITY: Make[] = [
  ...one('model', undefined, 'null'),
  ...one('model', '3', 'true', '{}', '["fz-binary"]', '1e400'),
  ...one('model', '""', '"-x"', '"a b"', long(129), '"é"', '"fz-binary\\n"', '"../x"', '" fz-binary"', '"\\u0000"'),
  ...one('prediction_id', undefined, 'null'),
  ...one('prediction_id', '7', '{}', 'false', '["a"]'),
  ...one('prediction_id', '""', long(129), long(5000)),
];
const BAD_TIMES = [
  '"2026-01-01T00:00:00"',
  '{}',
  'true',
  '"yesterday"',
  '"2026-02-30T00:00:00Z"',
  '"2026-13-01"',
  '-1',
];
const WORSE_TIMES = ['1e15', '1e400', '-1e400', '""', '"1969-12-31T23:59:59Z"', '"2026-01-01T00:00Q"', '"9999-01-01"'];
const times = (field: string): Make[] => [
  ...one(field, ...BAD_TIMES, ...WORSE_TIMES, '[]', long(300)),
  (dice) => {
    const ms = Date.now() + 2 * 3_600_000 + dice.below(30 * DAY_MS);
    return [field, dice.chance(0.5) ? String(ms) : json(new Date(ms).toISOString())];
  },
];
const PREDICTION: Make[] = [
  ...IDENTITY,
  ...times('ts'),
  ...one('prediction', undefined, 'null'),
  ...one('prediction', '0.5', '"0.5"', '[0.5]', 'true', '{"score":"0.5"}', '{"score":[]}', '{"scores":[0.5]}'),
  ...one(
    'prediction',
    '{"scores":{"a":"1"}}',
    '{"scores":{"a":null}}',
    '{"class":{}}',
    '{"class":["a"]}',
    '{"value":""}',
  ),
  ...one('prediction', '{}', '{"score":1.5}', '{"score":-0.1}', '{"scores":{"a":2}}', '{"class":""}', '{"scores":{}}'),
  ...one('prediction', '{"score":1e400}', '{"value":-1e400}', '{"scores":{"a":1e400}}', '{"class":1e999}'),
  ...one('prediction', `{"class":${long(8193)}}`),
  ...one('features', '[1]', '"x"', '3', 'true', '{"a":["x"]}', '{"a":[[1]]}', '{"a":[1,null]}', '{"a":[1,"2"]}'),
  ...one('features', '{"a.b":1,"a":{"b":2}}', '{"a":{"b":{"c":1},"b.c":null}}'),
  ...one('features', '{"":1}', object([['x'.repeat(257), '1']]), `{"a":${object([['x'.repeat(255), '"y"']])}}`),
  ...one('features', '{"a":1e400}', '{"a":[1,1e999]}', '{"a":[1e300]}', '{"a":{"b":-1e400}}'),
  ...one('features', nested(9), nested(60), `{"a":1,"b":${nested(8)}}`),
  (dice) => ['features', dice.chance(0.1) ? nested(20_000) : '{"a":[[[[[[[[[[[[1]]]]]]]]]]]]}'],
  (dice) => ['features', dice.chance(0.2) ? `{"a":${long(8193)}}` : '{"a":{"b":[true]}}'],
  (dice) => ['features', dice.chance(0.05) ? many(2001, '1') : '{"a":[{}]}'],
  (dice) => ['features', dice.chance(0.02) ? `{"v":[${'0,'.repeat(16_384)}0]}` : '{"v":[1,{}]}'],
  ...one('tags', '[]', '"ios"', '7', '{"a":{}}', '{"a":[1]}', '{"a":1e400}'),
  ...one('tags', '{"":"x"}', object([['t'.repeat(257), '"x"']])),
  (dice) => ['tags', dice.chance(0.2) ? many(101, '"t"') : '{"a":{"b":"c"}}'],
  (dice) => ['tags', dice.chance(0.2) ? `{"a":${long(8193)}}` : '{"a":[]}'],
  (dice) => ['prediction', dice.chance(0.1) ? `{"scores":${many(1001, '0')}}` : '{"scores":3}'],
  ...one('latency_ms', '"12"', '{}', '[12]', 'true', '1e400'),
  ...one('version', 'true', '{}', '["v1"]', long(129), '1e400'),
];
const OUTCOME: Make[] = [
  ...IDENTITY,
  ...times('ts'),
  ...times('prediction_ts'),
  ...one('label', undefined, 'null'),
  ...one('label', '{}', '[1]', '[]', '{"label":1}'),
  ...one('label', '1e400', '-1e999'),
  (dice) => ['label', dice.chance(0.2) ? long(8193) : '{"a":"b"}'],
];
const NO_OBJECTS = ['7', 'null', '"x"', '[]', 'true', '[{}]', '-0', '1e400', '""', '[[[[1]]]]'];
/** What each declared task cannot use. */
const MISFITS = { binary: '{"value":3}', multiclass: '{"score":0.5}', regression: '{"score":0.5,"class":"1"}' };

/** The same event with one thing wrong. */
export function faulty(kind: Kind, parts: Parts, dice: Dice): string {
  if (dice.chance(0.04)) return dice.pick(NO_OBJECTS);
  if (kind === 'predictions' && dice.chance(0.04)) {
    const [model, task] = dice.pick(DECLARED);
    return object(replaced(replaced(parts, 'model', json(model)), 'prediction', MISFITS[task]));
  }
  const [field, raw] = dice.pick(kind === 'predictions' ? PREDICTION : OUTCOME)(dice);
  return object(replaced(parts, field, raw));
}

export function replaced(parts: Parts, field: string, raw: string | undefined): Parts {
  const rest = parts.filter(([name]) => name !== field);
  return raw === undefined ? rest : [...rest, [field, raw]];
}

/** Right names with anything under them. The model is never another one: who it is decides what is asked in the end. */
export function garbage(parts: Parts, dice: Dice, odds: Odds): string {
  const out = parts.map(([name, raw]): [string, string] => {
    if (name === 'prediction_id' || dice.chance(0.6)) return [name, raw];
    if (name === 'model') return [name, dice.chance(0.3) ? json(` ${odds.text()}`) : json(dice.pick(DECLARED)[0])];
    return [name, odds.value()];
  });
  for (const name of ['features', 'prediction', 'tags'])
    if (dice.chance(0.1))
      out.push([
        name,
        object([
          [odds.text(), odds.value()],
          ['class', odds.value()],
        ]),
      ]);
  return object(out);
}

/** A line that no JSON parser takes. */
export function broken(line: string, dice: Dice): string {
  const cut = line.slice(0, 1 + dice.below(line.length - 1));
  return dice.pick([
    cut,
    line.slice(1),
    `${line.slice(0, -1)},}`,
    `${line}${line}`,
    line.replaceAll('"', "'"),
    line.replace(':', ' '),
    `${line.slice(0, -1)},"x":NaN}`,
    `${line.slice(0, -1)},"x":undefined}`,
    `${line.slice(0, -1)},"x":"raw\ttab"}`,
    `${line.slice(0, -1)},"x":01}`,
    'a,b,c',
    '}',
    '\u0000',
    '{"model":"fz-binary","prediction_id":"never ended',
    '// a comment',
  ]);
}
