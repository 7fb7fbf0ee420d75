import type { FieldType, Filter } from '@plumbline/contracts';
import { number } from '../lib/format';

/** Conditions on rows: as the URL has them, as people read them, and as they are edited. */
export type FilterOp = Filter['op'];
/** `between` is two conditions on the wire, and one to whoever reads or makes it. */
export type EditOp = Exclude<FilterOp, 'is_not_null'> | 'between';

const LABEL: Record<FilterOp | 'between', string> = {
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  in: 'is one of',
  not_in: 'is none of',
  is_null: 'is missing',
  not_null: 'is not missing',
  is_not_null: 'is not missing',
  between: 'from … to below',
};
export const opLabel = (op: FilterOp | EditOp): string => LABEL[op];
export const takes = (op: EditOp): 'one' | 'many' | 'two' | 'none' =>
  op === 'between'
    ? 'two'
    : op === 'in' || op === 'not_in'
      ? 'many'
      : op === 'is_null' || op === 'not_null'
        ? 'none'
        : 'one';
export const opsFor = (type: FieldType): EditOp[] =>
  type === 'numeric'
    ? ['between', 'gte', 'gt', 'lte', 'lt', 'eq', 'ne', 'in', 'not_in', 'is_null', 'not_null']
    : ['eq', 'ne', 'in', 'not_in', 'is_null', 'not_null'];

const FILTERS_MAX = 20;

/** What does not fit is left out, never an error page. */
export function parseFilters(raw: string | null): Filter[] {
  try {
    const listed: unknown = JSON.parse(raw ?? '[]');
    return Array.isArray(listed) ? listed.filter(isFilter).slice(0, FILTERS_MAX) : [];
  } catch {
    return [];
  }
}
export const filtersParam = (filters: readonly Filter[]): string | null =>
  filters.length > 0 ? JSON.stringify(filters) : null;

const SCALAR = new Set(['string', 'number', 'boolean']);
const isScalar = (v: unknown) => v === null || SCALAR.has(typeof v);
export function isFilter(raw: unknown): raw is Filter {
  if (typeof raw !== 'object' || raw === null || !('field' in raw) || !('op' in raw)) return false;
  if (typeof raw.field !== 'string' || typeof raw.op !== 'string' || !(raw.op in LABEL) || raw.op === 'between')
    return false;
  const value = 'value' in raw ? raw.value : undefined;
  if (raw.op.endsWith('null')) return true;
  return raw.op === 'in' || raw.op === 'not_in' ? Array.isArray(value) && value.every(isScalar) : isScalar(value);
}

/** Names are shown without the prefix that every feature has. */
export const fieldLabel = (field: string): string => field.replace(/^(features|tags)\./, '');

const VALUES_SHOWN = 4;
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  if (value === '') return '(empty)';
  if (typeof value === 'number') return number(value, 4);
  if (Array.isArray(value)) {
    const shown = value.slice(0, VALUES_SHOWN).map(valueText).join(', ');
    return value.length > VALUES_SHOWN ? `${shown} + ${value.length - VALUES_SHOWN}` : shown;
  }
  return String(value);
}

export const filterText = (f: Filter): string => {
  const field = fieldLabel(f.field);
  return f.op.endsWith('null') ? `${field} ${LABEL[f.op]}` : `${field} ${LABEL[f.op]} ${valueText(f.value)}`;
};

/** One chip is one condition to its reader: a lower and an upper bound of one field belong together. */
export type Chip = { filters: Filter[]; text: string };
export function chipsOf(filters: readonly Filter[]): Chip[] {
  const chips: Chip[] = [];
  for (const f of filters) {
    const open = chips.at(-1);
    const [low] = open?.filters ?? [];
    if (open?.filters.length === 1 && low?.op === 'gte' && f.op === 'lt' && low.field === f.field)
      chips[chips.length - 1] = {
        filters: [low, f],
        text: `${fieldLabel(f.field)} ${valueText(low.value)} – ${valueText(f.value)}`,
      };
    else chips.push({ filters: [f], text: filterText(f) });
  }
  return chips;
}

const same = (a: Filter, b: Filter) =>
  a.field === b.field && a.op === b.op && JSON.stringify(a.value) === JSON.stringify(b.value);
/** More conditions, each once. */
export const withFilters = (filters: readonly Filter[], more: readonly Filter[]): Filter[] =>
  [...filters, ...more.filter((m) => !filters.some((f) => same(f, m)))].slice(0, FILTERS_MAX);

/** What the editor holds: texts as they were typed; null in `values` is the missing value. */
export type Draft = { field: string; op: EditOp; value: string; high: string; values: (string | null)[] };
export const emptyDraft = (field: string, type: FieldType): Draft => ({
  field,
  op: type === 'numeric' ? 'between' : 'in',
  value: '',
  high: '',
  values: [],
});

export function draftOf({ filters }: Chip): Draft {
  const [first, second] = filters;
  const { field, op, value } = first!;
  const base = { field, value: '', high: '', values: [] };
  if (second) return { ...base, op: 'between', value: String(value), high: String(second.value) };
  if (Array.isArray(value))
    return { ...base, op: op as EditOp, values: value.map((v) => (v === null ? null : String(v))) };
  if (value === null) return { ...base, op: op === 'ne' ? 'not_null' : 'is_null' };
  return {
    ...base,
    op: op === 'is_not_null' ? 'not_null' : (op as EditOp),
    value: value === undefined ? '' : String(value),
  };
}

/** What was typed as conditions; null while it says nothing yet or no number where one is needed. */
export function filtersOf(d: Draft, type: FieldType): Filter[] | null {
  const { field, op } = d;
  if (op === 'is_null' || op === 'not_null') return [{ field, op }];
  if (op === 'in' || op === 'not_in') {
    const [only] = d.values;
    if (d.values.length === 0) return null;
    // One value is said plainly.
    if (d.values.length === 1 && only !== null && only !== undefined)
      return [{ field, op: op === 'in' ? 'eq' : 'ne', value: only }];
    return [{ field, op, value: d.values }];
  }
  if (op === 'between') {
    const [low, high] = [numberOf(d.value), numberOf(d.high)];
    if (low === null && high === null) return null;
    if ((low === null && d.value.trim()) || (high === null && d.high.trim())) return null;
    if (low !== null && high !== null && high <= low) return null;
    return [
      ...(low === null ? [] : [{ field, op: 'gte' as const, value: low }]),
      ...(high === null ? [] : [{ field, op: 'lt' as const, value: high }]),
    ];
  }
  if (d.value.trim() === '') return null;
  const asNumber = numberOf(d.value);
  if (op === 'eq' || op === 'ne')
    return [{ field, op, value: type === 'numeric' && asNumber !== null ? asNumber : d.value }];
  return asNumber === null ? null : [{ field, op, value: asNumber }];
}

/** Numbers as people paste them: with thin spaces, a typographic minus. */
function numberOf(typed: string): number | null {
  const plain = typed.replace(/[\s\u202f\u00a0]/g, '').replace('−', '-');
  return plain !== '' && Number.isFinite(Number(plain)) ? Number(plain) : null;
}
