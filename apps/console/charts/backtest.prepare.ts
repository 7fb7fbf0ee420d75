import type { BacktestAnswer } from '@plumbline/contracts';
import { lineDomain } from './scale';

export type BacktestItem = {
  x: number;
  value: number | null;
  low: number | null;
  high: number | null;
  threshold: number | null;
  verdict: string;
  state: string;
  message: string;
};
export type BacktestChart = {
  items: BacktestItem[];
  /** Unbroken stretches of known values, and of known thresholds. */
  runs: BacktestItem[][];
  limits: BacktestItem[][];
  /** When it would have fired. */
  fired: { from: number; to: number; message: string }[];
  suggested: number | null;
  domain: { min: number; max: number; step: number };
  x: [number, number];
};

/** Pure: what a backtest says, ready to be drawn: a gap is not a zero, and an interval that is cut off squeezes nothing. */
export function prepareBacktest(answer: BacktestAnswer): BacktestChart {
  const items = answer.evaluations.map((e): BacktestItem => {
    const known = e.verdict === 'ok' || e.verdict === 'bad';
    return {
      x: Date.parse(e.evaluated_at),
      value: known ? e.value : null,
      low: known ? e.low : null,
      high: known ? e.high : null,
      threshold: known ? e.threshold : null,
      verdict: e.verdict,
      state: e.state,
      message: e.message,
    };
  });
  const x: [number, number] = [Date.parse(answer.from), Date.parse(answer.to)];
  const numbers = (of: (i: BacktestItem) => number | null) => items.flatMap((i) => of(i) ?? []);
  const lines = [
    ...numbers((i) => i.threshold),
    ...(answer.suggested_threshold === null ? [] : [answer.suggested_threshold]),
  ];
  const values = [...numbers((i) => i.value), ...lines];
  const floor = values.every((v) => v >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  return {
    items,
    runs: stretches(items, (i) => i.value !== null),
    limits: stretches(items, (i) => i.threshold !== null),
    fired: answer.would_have_fired.map((f) => ({
      from: Date.parse(f.at),
      to: f.resolved_at ? Date.parse(f.resolved_at) : x[1],
      message: f.message,
    })),
    suggested: answer.suggested_threshold,
    domain: lineDomain(
      values,
      [...numbers((i) => i.low), ...numbers((i) => i.high)],
      [floor, Number.POSITIVE_INFINITY],
    ),
    x,
  };
}

function stretches(items: readonly BacktestItem[], known: (i: BacktestItem) => boolean): BacktestItem[][] {
  const runs: BacktestItem[][] = [];
  let open = false;
  for (const item of items) {
    if (known(item)) {
      if (open) runs.at(-1)!.push(item);
      else runs.push([item]);
    }
    open = known(item);
  }
  return runs;
}
