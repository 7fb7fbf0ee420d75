import { type Filter, filter as filterSchema } from '@plumbline/contracts';
import { WrongUse } from '../failure.js';

const OPS = { '!=': 'ne', '>=': 'gte', '<=': 'lte', '=': 'eq', '>': 'gt', '<': 'lt' } as const;
const EXAMPLES = `'tags.country=BR', 'features.age>=30', 'version in v1,v2' or 'label is null'`;

/** A condition as it is typed: FIELD OP VALUE, `FIELD in A,B`, `FIELD is null`; or the JSON of the API. Pure; throws WrongUse. */
export function parseFilter(raw: string): Filter {
  const read = filterSchema.safeParse(raw.trim().startsWith('{') ? json(raw) : typed(raw.trim()));
  if (read.success) return read.data;
  const why = read.error.issues[0]?.message ?? 'it is no condition';
  throw new WrongUse(`--filter '${raw}': ${why}. Use one such as ${EXAMPLES}.`);
}

function typed(raw: string): unknown {
  const words = /^(\S+)\s+(in|not in|is null|is not null)(?:\s+(.*))?$/s.exec(raw);
  if (words) {
    const [, field, op, rest = ''] = words;
    if (op === 'is null' || op === 'is not null') return { field, op: op === 'is null' ? 'is_null' : 'not_null' };
    const value = rest
      .split(',')
      .map((v) => v.trim())
      .filter(Boolean);
    return { field, op: op === 'in' ? 'in' : 'not_in', value };
  }
  const parts = /^(.+?)\s*(!=|>=|<=|=|>|<)\s*(.*)$/s.exec(raw);
  if (!parts) return undefined;
  const [, field, sign, value = ''] = parts;
  const op = OPS[sign as keyof typeof OPS];
  return { field, op, value: op === 'eq' || op === 'ne' ? value : Number(value) };
}

function json(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
