import { type ColumnPlan, type ColumnRules, eventOf, planColumns, type TableRow } from '@plumbline/tables';
import { WrongUse } from '../failure.js';
import type { Kind, Row } from './rows.js';

export type TableRules = {
  name: string;
  kind: Kind | 'reference';
  model: string;
  columns?: ColumnRules;
  skip?: number;
  /** Told once what the columns are taken for. */
  note(text: string): void;
};

/** Rows of a CSV, whose first row is the header. */
export async function* csvRows(portions: AsyncIterable<TableRow[]>, rules: TableRules): AsyncGenerator<Row[]> {
  let header: readonly string[] | undefined;
  let plan: ColumnPlan | undefined;
  let seen = 0;
  for await (const portion of portions) {
    let rows = portion;
    if (!header || !plan) {
      header = (portion[0]?.cells ?? []) as string[];
      plan = planFor(header, rules);
      rows = portion.slice(1);
    }
    const fresh = rows.slice(Math.max(0, (rules.skip ?? 0) - seen));
    seen += rows.length;
    if (fresh.length > 0) yield fresh.map((row) => rowOf(row, plan!, rules, header!.length));
  }
}

/** Decides what the columns are, and refuses a file that has not what is needed before anything is sent. */
export function planFor(names: readonly string[], { name, kind, columns, note }: TableRules): ColumnPlan {
  const plan = planColumns(names, columns);
  const lacks = lackOf(plan, kind);
  if (lacks)
    throw new WrongUse(
      `${name} has no column for ${lacks}. Its columns are ${names.slice(0, 30).join(', ')}; say which it is with --map (--features for features).`,
    );
  if (kind !== 'outcomes' && !plan.roles.has('features'))
    note(`${name} has no features: name them with --features or take all other columns with --all-features`);
  else if (kind !== 'outcomes' && plan.unused.length > 0)
    note(`columns that are not used: ${plan.unused.slice(0, 20).join(', ')}${plan.unused.length > 20 ? ', …' : ''}`);
  return plan;
}

/** What an event of this kind cannot do without, if the table does not have it. Pure. */
function lackOf({ roles }: ColumnPlan, kind: Kind | 'reference'): string | undefined {
  const predicts = ['score', 'scores', 'class', 'value'].some((role) => roles.has(role));
  if (kind === 'reference') return roles.has('features') || predicts ? undefined : 'any feature, score, class or value';
  if (!roles.has('prediction_id')) return 'prediction_id';
  if (kind === 'outcomes') return roles.has('label') ? undefined : 'label';
  return predicts ? undefined : 'the prediction (score, class, value or score.CLASS)';
}

export function rowOf(row: TableRow, plan: ColumnPlan, { kind, model }: TableRules, width: number): Row {
  const { line, cells } = row;
  if (cells.length !== width)
    return {
      line,
      text: JSON.stringify(cells),
      refusal: { code: 'bad_row', message: `The row has ${cells.length} cells, the header ${width}.` },
    };
  const event = eventOf(plan, cells);
  if (kind === 'outcomes' && event.label === undefined) return { line, text: '', empty: true };
  const text = rowText(kind, model, event);
  const infinite = infiniteFeature(event.features as Record<string, unknown>);
  if (infinite === undefined) return { line, text };
  return { line, text, refusal: { code: 'value_not_finite', message: `features.${infinite} is not finite.` } };
}

/** JSON would turn infinity into null without a word. */
function infiniteFeature(features: Record<string, unknown>): string | undefined {
  for (const name of Object.keys(features)) {
    const value = features[name];
    if (typeof value === 'number' && !Number.isFinite(value)) return name.slice(0, 60);
  }
  return undefined;
}

/** The event as it is sent: only what its kind has. */
export function rowText(kind: Kind | 'reference', model: string, event: Record<string, unknown>): string {
  if (kind === 'reference') return JSON.stringify(event);
  const { prediction_id, ts, label, prediction_ts } = event;
  if (kind === 'outcomes') return JSON.stringify({ model, prediction_id, label, ts, prediction_ts });
  return JSON.stringify({ model, ...event, label: undefined, prediction_ts: undefined });
}
