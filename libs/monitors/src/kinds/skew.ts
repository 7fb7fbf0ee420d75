import type { Finding } from '@plumbline/contracts';
import { above, quantileOf } from '../contract/judge.js';
import { levelOf } from '../level.js';
import { list, show } from '../words.js';
import { driftKind } from './drift.js';
import { type Asked, type Judged, type Kind, noData, noReference, scopeOf, starts } from './kind.js';

/** What a training set is called unless it is uploaded under another name. */
const TRAINING = 'training';
const PAIRS_MIN = 30;
/** Rows whose value may differ between training and serving. */
const DIFFER_MAX = 0.01;

/**
 * Serving against training: the newest version's rows against the set that it was trained on. Distributions, by the measure of a
 * drift monitor; and, where the training set holds ids that were served too, the very values: both sides must have computed
 * the same. `target.measure: "values"` asks for these alone.
 */
export const skewKind: Kind = {
  family: 'drift',
  async judge(asked, windows) {
    const { model, body, probes } = asked;
    const name = body.compare?.reference ?? ((await probes.reference(model, TRAINING)) ? TRAINING : undefined);
    const newest = await probes.newestVersion(model);
    const version = newest && newest.version !== '' ? newest.version : undefined;
    const training = await probes.reference(model, name, version);
    if (!training)
      return new Map(
        starts(windows).map((s) => [
          s,
          noData(
            'skew',
            body.compare?.reference === undefined
              ? 'There is no training set to compare with. Upload it: POST /v1/models/MODEL/references?name=training.'
              : noReference(body),
          ),
        ]),
      );
    const scope = { ...scopeOf(body), version };
    const onlyValues = body.target.measure === 'values';
    const moved = onlyValues
      ? new Map<number, Judged>()
      : await driftKind.judge(
          {
            ...asked,
            body: { ...body, compare: { ...body.compare, to: 'reference', reference: name } },
            // The version goes along with every question: its rows, and the set that it was trained on.
            probes: { ...probes, drift: (m, w, s, ask) => probes.drift(m, w, { ...s, version }, ask) },
          },
          windows,
        );
    const pairs = await probes.sameIds(model, windows, scope, training.id);
    return new Map(
      starts(windows).map((start): [number, Judged] => {
        const drift = moved.get(start);
        const same = pairs.get(start);
        const differing = same && same.rows >= (body.min_samples ?? PAIRS_MIN) ? differences(asked, same) : [];
        const drifted = (drift?.findings ?? [])
          .filter((f) => f.state !== 'no_data')
          .map((f) => ({ ...f, details: { ...f.details, check: 'skew' } }));
        const findings = [...differing, ...drifted];
        if (findings.length === 0)
          return [
            start,
            drift ??
              noData('skew', `${same?.rows ?? 0} predictions have an id of the training set; ${PAIRS_MIN} are needed.`),
          ];
        const bad = findings.filter((f) => f.state === 'bad');
        const who = version === undefined ? 'Serving' : `Version '${version}'`;
        const message =
          bad.length === 0
            ? `${who} sees what it was trained on ('${training.name}').`
            : bad.length === 1 && differing.includes(bad[0]!)
              ? bad[0]!.message
              : `${list([...new Set(bad.map((f) => f.subject))])} differ between serving and training ('${training.name}').`;
        return [start, { findings: [...bad, ...findings.filter((f) => f.state !== 'bad')], message }];
      }),
    );
  },
  locate: driftKind.locate,
};

function differences(
  { model, body }: Asked,
  { rows, differ }: { rows: number; differ: ReadonlyMap<string, number> },
): Finding[] {
  const limit = body.compare?.tolerance ?? DIFFER_MAX;
  const wanted = body.target.features;
  const z = quantileOf(levelOf(body), differ.size);
  const found = [...differ]
    .filter(([name]) => !wanted || wanted.includes(name))
    .map(([name, odd]) => ({
      subject: name,
      state: above(odd, rows, limit, z) ? ('bad' as const) : ('ok' as const),
      value: odd / rows,
      threshold: limit,
      n: rows,
      message: `${name} was another value in serving than in training for ${show(odd / rows, 'missing')} of ${show(rows)} predictions with the same id; ${show(limit, 'missing')} are allowed.`,
      details: {
        check: 'values',
        source: Object.hasOwn(model.features, name) ? model.features[name]!.source : undefined,
      },
    }));
  const message = `All features have the same values in serving and in training for ${show(rows)} predictions with the same id.`;
  return found.length > 0
    ? found
    : [{ subject: 'values', state: 'ok', value: 0, threshold: limit, n: rows, message, details: { check: 'values' } }];
}
