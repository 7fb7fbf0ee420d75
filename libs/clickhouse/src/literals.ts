import { formatQueryParams } from '@clickhouse/client-common';
import type { QueryParams } from './store.js';

const PLACEHOLDER = /\{([A-Za-z_]\w*):([^{}]+)\}/g;

/**
 * A statement with its parameters as literals, each cast from its text as the engine itself does with what is bound: `{at:Int64}` becomes
 * `_CAST('5', 'Int64')`. Quoting is safe because within quotes only a backslash and a quote mean anything.
 *
 * For the embedded engine: its binding runs statements with bound parameters one after the other in the whole process, those without side by side.
 * A parameter without a value stays as it is, and the engine says so.
 */
export function withLiterals(sql: string, params: QueryParams): string {
  return sql.replace(PLACEHOLDER, (placeholder, name: string, type: string) => {
    if (!Object.hasOwn(params, name)) return placeholder;
    const value = params[name];
    return `_CAST(${value === null || value === undefined ? 'NULL' : quoted(textOf(value))}, ${quoted(type)})`;
  });
}

const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : formatQueryParams({ value: exact(value), wrapStringInQuotes: true, printNullAsKeyword: true });

const quoted = (text: string): string =>
  `'${text.replace(/[\\'\0]/g, (character) => (character === '\0' ? '\\0' : `\\${character}`))}'`;

/** Integers beyond 2^53 are written in all their digits: the shortest that JavaScript prints are another integer. */
const exact = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(exact);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value as number) : value;
};
