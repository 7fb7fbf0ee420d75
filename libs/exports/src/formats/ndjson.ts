import type { ModelContext } from '@plumbline/control';
import type { Binds, Column as Needed } from '@plumbline/rows';
import { rowError } from '@plumbline/rows';
import type { Column } from '../layout.js';
import type { Cell } from './cells.js';

/**
 * One line of NDJSON as SQL: the event as it came in (so that it can be imported again), and beside it the label and what is
 * known of it. What a row does not have is left out. A class is there only if it was sent.
 */
export function lineSql(
  columns: readonly Column[],
  whole: ReadonlySet<string>,
  model: ModelContext,
  binds: Binds,
): Cell {
  const fields = columns.map((c) => c.field);
  const named = (prefix: string) =>
    fields.filter((field) => field.startsWith(prefix)).map((field) => field.slice(prefix.length));
  const has = (field: string) => fields.includes(field);
  const needs = new Set<Needed>();
  const parts: (string | false)[] = [
    has('prediction_id') && member('prediction_id', 'toJSONString(prediction_id)'),
    has('ts') && member('ts', TIME('ts')),
    has('version') && `if(version = '', '', ${member('version', 'toJSONString(toString(version))')})`,
  ];
  const features = named('features.');
  if (features.length > 0) {
    for (const need of ['nums', 'cats', 'nulls', 'vectors'] as const) needs.add(need);
    const of = (map: string) =>
      `arrayMap((k, v) -> (toString(k), toJSONString(v)), mapKeys(${map}), mapValues(${map}))`;
    const pairs = `arrayConcat(${of('nums')}, ${of('cats')}, ${of('vectors')}, arrayMap(k -> (toString(k), 'null'), nulls))`;
    parts.push(member('features', object(whole.has('features.*') ? pairs : only(pairs, features, binds))));
  }
  const scores = named('prediction.scores.');
  const given = [
    has('prediction.score') && known('score', 'score'),
    has('prediction.class') && `if(class = '', [], [('class', toJSONString(toString(class)))])`,
    has('prediction.value') && known('value', 'value'),
    scores.length > 0 &&
      `if(empty(scores), [], [('scores', ${object(of(whole.has('prediction.*') ? null : scores, binds))})])`,
  ].filter(Boolean);
  if (given.length > 0) {
    for (const need of ['score', 'class', 'value', 'scores'] as const) needs.add(need);
    parts.push(member('prediction', object(`arrayConcat(${given.join(', ')})`, false)));
  }
  const tags = named('tags.');
  if (tags.length > 0) {
    needs.add('tags');
    const pairs = `arrayMap((k, v) -> (toString(k), toJSONString(v)), mapKeys(tags), mapValues(tags))`;
    parts.push(
      `if(empty(tags), '', ${member('tags', object(whole.has('tags.*') ? pairs : only(pairs, tags, binds)))})`,
    );
  }
  if (has('latency_ms')) {
    needs.add('latency_ms');
    parts.push(`if(isNull(latency_ms), '', ${member('latency_ms', 'toJSONString(latency_ms)')})`);
  }
  // A number where that says the same as the text that it was compared as.
  const label = `if(isNotNull(label_num) AND toString(label_num) = label, label, toJSONString(label))`;
  const labelled = [
    has('label') && member('label', label),
    has('label_source') && member('label_source', 'toJSONString(label_source)'),
    has('outcome_ts') && member('outcome_ts', TIME(`fromUnixTimestamp64Milli(toInt64(outcome_ms), 'UTC')`)),
    has('delay_ms') && member('delay_ms', 'toString(outcome_ms - ms)'),
  ].filter(Boolean);
  if (labelled.length > 0) parts.push(`if(has_label, concat(${[`''`, ...labelled].join(', ')}), '')`);
  if (has('error')) {
    for (const need of ['score', 'class', 'value', 'scores'] as const) needs.add(need);
    parts.push(`ifNull(${member('error', `toJSONString(${rowError(model, binds)})`)}, '')`);
  }
  const members = `concat(${[`''`, `''`, ...parts.filter(Boolean)].join(', ')})`;
  return { sql: `concat('{', substring(${members}, 2), '}')`, needs: [...needs] };
}

const TIME = (sql: string) => `concat('"', replaceOne(toString(${sql}), ' ', 'T'), 'Z"')`;
const member = (name: string, json: string) => `concat(',"${name}":', ${json})`;
const known = (name: string, column: string) => `if(isNull(${column}), [], [('${name}', toJSONString(${column}))])`;

/** Pairs of key and JSON as an object, by default in the order of keys. */
const object = (pairs: string, sorted = true): string =>
  `concat('{', arrayStringConcat(arrayMap(p -> concat(toJSONString(p.1), ':', p.2), ${sorted ? `arraySort(${pairs})` : pairs}), ','), '}')`;
const only = (pairs: string, names: readonly string[], binds: Binds): string =>
  `arrayFilter(p -> has(${binds.bind(names, 'Array(String)')}, p.1), ${pairs})`;
function of(names: readonly string[] | null, binds: Binds): string {
  const pairs = `arrayMap((k, v) -> (toString(k), toJSONString(v)), mapKeys(scores), mapValues(scores))`;
  return names ? only(pairs, names, binds) : pairs;
}
