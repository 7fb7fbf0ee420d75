import type { Evidence, ExplainedSlice } from '@plumbline/contracts';
import { paths } from '../../../../lib/paths';

/** A part of the rows against the others: what a bar of `SliceBars` shows. */
export type SliceBar = {
  key: string;
  text: string;
  n: number;
  share: number;
  error: number;
  rest: number;
  explains: number | null;
  rows: string;
  /** Makes a monitor of it; null where a monitor watches it already. */
  watch: string | null;
};
export type SliceBlock = { what: string; excess: string; shares: boolean; bars: SliceBar[] };

const LOSS: Record<string, [what: string, excess: string]> = {
  error: ['share of errors', 'excess errors'],
  log_loss: ['mean log loss', 'excess loss'],
  brier: ['mean squared error of the score', 'excess loss'],
  absolute_error: ['mean absolute error', 'excess error'],
  squared_error: ['mean squared error', 'excess error'],
  missing: ['share of rows without it', 'missing values'],
  volume: ['share of the expected rows that is lacking', 'lacking rows'],
};

/** Pure: the slices that a search found, in full conditions; null without any. */
export function explainedBlock(model: string, e: Evidence): SliceBlock | null {
  const x = e.explanation;
  if (!x || x.slices.length === 0) return null;
  const [what, excess] = LOSS[x.loss] ?? [x.loss, 'excess'];
  const order = x.loss === 'missing' || x.loss === 'volume' ? 'ts' : 'error';
  const rows = (s: ExplainedSlice) =>
    paths.rows(model, {
      from: x.change.from,
      to: x.change.to,
      filters: [...x.filters, ...s.filters],
      known_at: x.computed_at,
      order,
    });
  const watch = (s: ExplainedSlice) =>
    order === 'error'
      ? paths.monitorNew(model, { metric: x.metric, slice: JSON.stringify([...x.filters, ...s.filters]) })
      : null;
  return {
    what,
    excess: x.change.before === null && order === 'error' ? excess.replace('excess ', '') : excess,
    shares: ['error', 'missing', 'volume'].includes(x.loss),
    bars: x.slices.map((s) => ({
      key: s.text,
      text: s.text,
      n: s.n,
      share: s.share,
      error: s.error,
      rest: s.rest ?? 0,
      explains: s.explains === null ? null : Math.max(0, Math.min(1, s.explains)),
      rows: rows(s),
      watch: watch(s),
    })),
  };
}
