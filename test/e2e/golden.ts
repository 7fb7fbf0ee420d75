import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { type GoldenSet, type OutcomeRow, readPredictions, readSchema } from '../../libs/stats/src/golden/read.js';
import { expectClose } from '../../libs/stats/src/golden/tolerance.js';
import { type Client, type Json, ndjson } from './client.js';

export {
  GOLDEN_SETS,
  type GoldenSet,
  readOutcomes,
  readPredictions,
  readValues,
} from '../../libs/stats/src/golden/read.js';
export { expectClose };

/** The golden file of the hostile label stream. */
export const readMessyGolden = (): Json => JSON.parse(gunzip('values/messy_join.california.json.gz'));
/** Its outcomes: out of order, doubled, corrected, for unknown ids, before their prediction. */
export const readMessyOutcomes = (): OutcomeRow[] =>
  gunzip('data/california.outcomes_messy.ndjson.gz')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OutcomeRow);
const gunzip = (path: string) => gunzipSync(readFileSync(new URL(`../golden/${path}`, import.meta.url))).toString();

/** Declares a model as the data set's schema says. */
export async function declare(client: Client, name: GoldenSet, model: string): Promise<void> {
  const { task, classes, features } = readSchema(name);
  await client.ok(
    client.put(`/v1/models/${model}`, {
      task,
      ...(task === 'binary' ? { positive_class: 1 } : {}),
      ...(classes ? { classes } : {}),
      granularity: '1d',
      features: Object.fromEntries(features.map((f) => [f.name, { type: f.type }])),
    }),
  );
}

export async function uploadReference(client: Client, name: GoldenSet, model: string): Promise<Json> {
  return client.ok(
    client.request('POST', `/v1/models/${model}/references?name=training`, ndjson(readPredictions(name, 'reference')), {
      type: 'application/x-ndjson',
    }),
  );
}

export const of = <T extends object>(model: string, rows: readonly T[]) => rows.map((row) => ({ ...row, model }));

/** Our name of a golden metric where it differs. */
const OUR_NAME: Record<string, string> = {
  median_absolute_error: 'medae',
  max_absolute_error: 'max_error',
  macro_f1: 'f1_macro',
  micro_f1: 'f1_micro',
  weighted_f1: 'f1_weighted',
  macro_precision: 'precision_macro',
  macro_recall: 'recall_macro',
  macro_roc_auc_ovr: 'roc_auc_ovr_macro',
  ece_top_label: 'ece',
  roc_auc_ovr: 'roc_auc',
};
/** What the golden files tell beyond the metrics of the wire contract. */
const NOT_METRICS =
  /^(n|calibration_bins|per_class|confusion_rows_true_cols_predicted|mape_rows|mean_label|mean_prediction|weighted_(precision|recall)|support|predicted)$/;
const Z95 = 1.959963984540054;

/** Every golden metric against the answer, intervals too. Returns how many were compared. */
export function compareMetrics(got: Json, golden: Json, where: string, suffix = ''): number {
  let compared = 0;
  for (const [key, want] of Object.entries<Json>(golden)) {
    if (NOT_METRICS.test(key)) continue;
    const bare = key.replace(/_(ci|se)$/, '');
    const metric = got[(OUR_NAME[bare] ?? bare) + suffix];
    expect(metric, `${where} ${key}`).toBeDefined();
    compared++;
    if (key.endsWith('_ci')) {
      expectClose(metric.low, want?.[0] ?? null, `${where} ${key} low`);
      expectClose(metric.high, want?.[1] ?? null, `${where} ${key} high`);
    } else if (key.endsWith('_se')) {
      // Ours is told by the interval, unless that was clipped to [0, 1].
      if (metric.low > 0 && metric.high < 1)
        expectClose((metric.high - metric.low) / (2 * Z95), want, `${where} ${key}`);
    } else expectClose(metric.value, want, `${where} ${key}`);
  }
  for (const [cls, values] of Object.entries<Json>(golden.per_class ?? {}))
    compared += compareMetrics(got, values, `${where} ${cls}`, `:${cls}`);
  return compared;
}

/** One golden feature of one window against the drift answer. */
export function compareDrift(got: Json, want: Json, where: string): void {
  const { measures: m, reference, current } = got;
  const close = (name: string, value: Json, wanted: Json, tolerance?: number) =>
    expectClose(value, wanted, `${where} ${name}`, tolerance);
  expect(got.type, where).toBe(want.type);
  close('psi', m.psi.value, want.psi);
  if (want.type === 'numeric') {
    expect([got.n, reference.n, reference.missing, current.missing], where).toEqual([
      want.cur.n,
      want.ref.n,
      want.missing_ref,
      want.missing_cur,
    ]);
    close('ks d', m.ks.value, want.ks.d);
    close('ks p', m.ks.p_value, want.ks.p_limit);
    close('wasserstein', m.wasserstein.value, want.wasserstein, 1e-8);
    close('wasserstein normalised', m.wasserstein_normalised.value, want.wasserstein_over_ref_std_ddof0, 1e-8);
    close('auc', m.mann_whitney_auc.value, want.mann_whitney?.auc ?? null);
    close('js', m.js_distance.value, want.js_distance_quantile_bins, 1e-7);
    close('hellinger', m.hellinger.value, want.hellinger_quantile_bins, 1e-7);
    for (const [side, golden] of [
      [reference, want.ref],
      [current, want.cur],
    ]) {
      close('mean', side.mean, golden.mean);
      for (const [q, value] of Object.entries(side.quantiles))
        if (golden.quantiles[q] !== undefined) close(`q${q}`, value, golden.quantiles[q]);
    }
  } else {
    expect([got.n, reference.n, reference.missing, current.missing], where).toEqual([
      want.n_cur,
      want.n_ref,
      want.missing_ref,
      want.missing_cur,
    ]);
    close('chi2', m.chi_square.value, want.chi2.statistic);
    close('chi2 p', m.chi_square.p_value, want.chi2.p);
    close('total variation', m.total_variation.value, want.total_variation);
    close('l infinity', m.l_infinity.value, want.l_infinity);
    close('js', m.js_distance.value, want.js_distance, 1e-7);
    close('hellinger', m.hellinger.value, want.hellinger, 1e-7);
  }
}

/** No answer may hold what JSON cannot: it would have become null or a string. */
export function expectNoNaN(text: string): void {
  expect(text).not.toMatch(/\bNaN\b|\bInfinity\b|"-?(nan|inf)"/);
}
