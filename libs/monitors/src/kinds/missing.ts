import type { Finding } from '@plumbline/contracts';
import { decideFamily, type MissingCounts, type MissingVerdict, missingVerdict } from '@plumbline/stats';
import { above, quantileOf } from '../contract/judge.js';
import { levelOf } from '../level.js';
import { beyond, type Rule, ruleOf } from '../rule.js';
import { list, show } from '../words.js';
import { against, otherLacks } from './drift.js';
import { type Kind, noData, noReference, scopeOf, starts, unknownFeatures } from './kind.js';

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

/** A share above a number beyond doubt, or not below it where no share can be above; or simply below it. */
const breaks = (rule: Rule, missing: number, rows: number, z: number): boolean =>
  rule.op === 'gt' || (rule.op === 'gte' && rule.value > 0 && rule.value < 1)
    ? above(missing, rows, rule.value, z)
    : beyond(rule, missing / rows);

/** Missing values by themselves, because drift measures leave them out: a surge of nulls always rings. */
export const missingKind: Kind = {
  family: 'data',
  async judge({ model, body, probes }, windows) {
    const found = await probes.drift(model, windows, scopeOf(body), {
      measure: 'psi',
      features: body.target.features,
      reference: body.compare?.reference,
      against: against(body, windows.stepMs),
      targets: ['features'],
    });
    if (!found) return new Map(starts(windows).map((s) => [s, noData('missing values', noReference(body))]));
    const by = new Map(found.windows.map((w) => [Date.parse(w.start), w]));
    // What a person wrote about a feature counts in the place of the reference; null: it may be missing.
    const contract = await probes.contract(model);
    const written = (name: string): number | null | undefined =>
      contract.origin === 'edited' && Object.hasOwn(contract.features, name)
        ? (contract.features[name]!.missing_max ?? null)
        : undefined;
    const tolerance = body.compare?.tolerance ?? TOLERANCE;
    const where = against(body, windows.stepMs) ? found.reference.name : 'the reference';
    return new Map(
      starts(windows).map((start) => {
        const w = by.get(start);
        const min = body.min_samples ?? MIN_ROWS;
        if (!w && found.lacks) return [start, noData('missing values', found.lacks)];
        if (!w || w.rows < min)
          return [start, noData('missing values', `${w?.rows ?? 0} rows; ${min} are needed.`, w?.rows ?? 0)];
        const lacks = otherLacks(body, found.reference.name, w, min);
        if (lacks !== null) return [start, noData('missing values', lacks)];
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
            ? breaks(rule, missing, w.rows, z)
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
            message: `${name} is missing in ${show(missing / w.rows, 'missing')} of the rows, ${show(before, 'missing')} in ${where}.`,
            details: { measure: 'missing_rate', p_value: pNoDrift, source: model.features[name]?.source },
          };
        });
        const unknown = unknownFeatures(
          (body.target.features ?? []).filter((name) => !family.some((f) => f.name === name)),
          (name) => `Nothing is known of a feature '${name}' in ${where}.`,
        );
        if (findings.length === 0)
          return [
            start,
            unknown.length > 0
              ? { findings: unknown, message: unknown[0]!.message }
              : noData('missing values', `There is no feature in ${where}.`, w.rows),
          ];
        const bad = findings.filter((f) => f.state === 'bad').sort((a, b) => b.value! - a.value!);
        const message =
          bad.length === 0
            ? `No feature is missing more often than in ${where}.`
            : bad.length === 1
              ? bad[0]!.message
              : `${list(bad.map((f) => f.subject))} are missing far more often than in ${where}.`;
        return [start, { findings: [...bad, ...findings.filter((f) => f.state !== 'bad'), ...unknown], message }];
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
