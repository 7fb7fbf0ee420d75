import type { ComparedMetric } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Binds, Column } from '@plumbline/rows';
import { type Estimate, type PairedDifference, UNDEFINED_DIFFERENCE, UNDEFINED_ESTIMATE } from '@plumbline/stats';

export type Read = <Row>(sql: string) => Promise<Row[]>;

/** How the labelled pairs of one task become differences of its metrics. */
export type PairedTask = {
  columns: readonly Column[];
  /** What is kept of each version's row: name to SQL, never NULL. */
  values(model: ModelContext, binds: Binds): Record<string, string>;
  /** `pairs`: SQL of `pairsSql` where both are labelled. */
  read(input: {
    pairs: string;
    model: ModelContext;
    binds: Binds;
    metrics: readonly string[];
    read: Read;
  }): Promise<Record<string, ComparedMetric>>;
};

export const NOTHING: ComparedMetric = {
  a: { ...UNDEFINED_ESTIMATE },
  b: { ...UNDEFINED_ESTIMATE },
  difference: { ...UNDEFINED_ESTIMATE },
  p_value: null,
};

export function compared(
  a: Estimate | undefined,
  b: Estimate | undefined,
  difference: PairedDifference = UNDEFINED_DIFFERENCE,
): ComparedMetric {
  const { value, low, high, p } = difference;
  return {
    a: a ?? { ...UNDEFINED_ESTIMATE },
    b: b ?? { ...UNDEFINED_ESTIMATE },
    difference: { value, low, high },
    p_value: p,
  };
}

/** Sums come as numbers, or NULL over no rows. */
export const sums = <K extends string>(row: Partial<Record<K, unknown>> | undefined, names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Record<K, number>;
