import type { Finding } from '@plumbline/contracts';
import { decideFamily, type MissingCounts, type MissingVerdict, missingVerdict } from '@plumbline/stats';
import { above, quantileOf } from '../contract/judge.js';
import { levelOf } from '../level.js';
import { ruleOf } from '../rule.js';
import { list, show } from '../words.js';
import { type Kind, noData, scopeOf, starts } from './kind.js';

const MIN_ROWS = 50;
/** Two more missing values in a hundred do not matter. */
const TOLERANCE = 0.02;

/** Which features of a window are missing more often than they were, beyond doubt and beyond the chance among so many features. */
export function judgeMissing(
  family: readonly MissingCounts[],
  { tolerance = TOLERANCE, level }: { tolerance?: number; level: number },
): (MissingVerdict & { bad: boolean })[] {
  const verdicts = family.map((counts) => missingVerdict(counts, tolerance));
  const rings = decideFamily(verdicts, level);
  return verdicts.map((verdict, i) => ({ ...verdict, bad: rings[i] === true }));
}

/** Missing values by themselves, because drift measures leave them out: a surge of nulls always rings. */
export const missingKind: Kind = {
  family: 'data',
  async judge({ model, body, probes }, windows) {
    const found = await probes.drift(model, windows, scopeOf(body), {
      measure: 'psi',
      features: body.target.features,
      reference: body.compare?.reference,
      targets: ['features'],
    });
    if (!found)
      return new Map(
        starts(windows).map((s) => [
          s,
          noData(
            'missing values',
            'There is no reference to compare with. Upload one: POST /v1/models/MODEL/references.',
          ),
        ]),
      );
    const by = new Map(found.windows.map((w) => [Date.parse(w.start), w]));
    // What a person wrote about a feature counts in the place of the reference; null: it may be missing.
    const contract = await probes.contract(model);
    const written = (name: string): number | null | undefined =>
      contract.origin === 'edited' && Object.hasOwn(contract.features, name)
        ? (contract.features[name]!.missing_max ?? null)
        : undefined;
    const tolerance = body.compare?.tolerance ?? TOLERANCE;
    return new Map(
      starts(windows).map((start) => {
        const w = by.get(start);
        const min = body.min_samples ?? MIN_ROWS;
        if (!w || w.rows < min)
          return [start, noData('missing values', `${w?.rows ?? 0} rows; ${min} are needed.`, w?.rows ?? 0)];
        const family = Object.entries(w.features).flatMap(([name, f]) => {
          const { n: refN, missing: refMissing } = f.reference;
          if (refN === undefined || refMissing === undefined || refN + refMissing === 0) return [];
          return [{ name, missing: w.rows - f.n, rows: w.rows, refMissing, refRows: refN + refMissing }];
        });
        const verdicts = judgeMissing(family, { tolerance, level: levelOf(body) });
        const z = quantileOf(levelOf(body), family.length);
        const findings = family.map(({ name, missing, refMissing, refRows }, i): Finding => {
          const { change, bad, pNoDrift } = verdicts[i]!;
          const before = refMissing / refRows;
          const allowed = written(name);
          const rule = ruleOf(body);
          const rings = rule
            ? rule.op.startsWith('g')
              ? above(missing, w.rows, rule.value, z)
              : missing / w.rows < rule.value
            : allowed === undefined
              ? bad
              : allowed !== null && above(missing, w.rows, allowed, z);
          return {
            subject: name,
            state: rings ? 'bad' : 'ok',
            value: missing / w.rows,
            low: change.low === null ? null : before + change.low,
            high: change.high === null ? null : before + change.high,
            threshold: rule ? rule.value : allowed === undefined ? before + tolerance : allowed,
            baseline: before,
            n: w.rows,
            message: `${name} is missing in ${show(missing / w.rows, 'missing')} of the rows, ${show(before, 'missing')} in the reference.`,
            details: { measure: 'missing_rate', p_value: pNoDrift, source: model.features[name]?.source },
          };
        });
        const bad = findings.filter((f) => f.state === 'bad').sort((a, b) => b.value! - a.value!);
        const message =
          bad.length === 0
            ? 'No feature is missing more often than in the reference.'
            : bad.length === 1
              ? bad[0]!.message
              : `${list(bad.map((f) => f.subject))} are missing far more often than in the reference.`;
        return [start, { findings: [...bad, ...findings.filter((f) => f.state !== 'bad')], message }];
      }),
    );
  },
  async locate({ model, body, probes }, window, bad) {
    const out = [];
    for (const { subject } of bad.slice(0, 3)) {
      const found = await probes.concentrate(model, { from: window.start, to: window.end }, scopeOf(body), {
        kind: 'missing',
        feature: subject,
      });
      out.push(...found.map((c) => ({ ...c, what: `share of rows without ${subject}` })));
    }
    return out.sort((a, b) => b.explains - a.explains).slice(0, 8);
  },
};
