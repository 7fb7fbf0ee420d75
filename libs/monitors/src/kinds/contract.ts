import type { ContractView, Finding, ValueContract } from '@plumbline/contracts';
import {
  becameConstant,
  constantFinding,
  isConstant,
  judgeAbsent,
  judgeCardinality,
  judgeCategories,
  judgeRange,
  judgeRefused,
  quantileOf,
  type Subject,
} from '../contract/judge.js';
import { NOTHING_REFUSED, NOTHING_SEEN, type Refused, type Seen } from '../contract/seen.js';
import { levelOf } from '../level.js';
import { list } from '../words.js';
import { type Asked, type Judged, type Kind, noData, scopeOf, starts } from './kind.js';

/** What a schema monitor looks at, by its `target.measure`; without one at names and types. */
export const SCHEMA_MEASURES = [
  'types',
  'values',
  'range',
  'new_categories',
  'cardinality',
  'constant',
  'outputs',
] as const;
export type SchemaMeasure = (typeof SCHEMA_MEASURES)[number];

const MIN_ROWS = 50;
/** Windows before the judged one in which a constant must have varied. They are read only when something is constant. */
const EARLIER = 28;

type Place = 'feature' | 'output';
type Part = Subject & { place: Place };

/** Values against the data contract: range, new categories, cardinality, what became constant; or the outputs of the model. */
export const contractKind: Kind = {
  family: 'data',
  async judge(asked, windows) {
    const { model, body, probes } = asked;
    const measure = (body.target.measure ?? 'values') as SchemaMeasure;
    const subject = measure === 'outputs' ? 'outputs' : 'contract';
    const contract = await probes.contract(model);
    const parts = partsOf(asked, contract, measure);
    // Refused predictions are held against the contract whether or not it names outputs.
    const watchesRefused = measure === 'outputs' && contract.refused_max !== null;
    if (parts.length === 0 && !watchesRefused)
      return new Map(
        starts(windows).map((s) => [
          s,
          noData(
            subject,
            body.target.features?.length
              ? `The contract says nothing of ${list(body.target.features)}. Write it: PUT /v1/models/MODEL/contract.`
              : 'The contract says nothing yet. Upload a reference or write one: PUT /v1/models/MODEL/contract.',
          ),
        ]),
      );
    const scope = scopeOf(body);
    const seen = await probes.values(model, windows, scope, { ...askOf(parts), only: true });
    const refused = measure === 'outputs' ? await probes.refused(model, windows) : new Map<number, Refused>();
    const min = body.min_samples ?? MIN_ROWS;
    const known = starts(windows).filter((s) => {
      const { outputs } = refused.get(s) ?? NOTHING_REFUSED;
      return (seen.get(s)?.rows ?? 0) + outputs >= min;
    });
    const suspects = checks(measure, 'constant')
      ? parts.filter((p) => p.contract.varies && known.some((s) => constantIn(p, seen.get(s))))
      : [];
    const before =
      suspects.length > 0
        ? await probes.values(
            model,
            { from: windows.from - EARLIER * windows.stepMs, to: windows.to, stepMs: windows.stepMs },
            scope,
            { ...askOf(suspects), only: true },
          )
        : new Map<number, Seen>();
    return new Map(
      starts(windows).map((start): [number, Judged] => {
        const here = seen.get(start) ?? NOTHING_SEEN;
        if (!known.includes(start)) return [start, noData(subject, `${here.rows} rows; ${min} are needed.`, here.rows)];
        const earlier = Array.from({ length: EARLIER }, (_, i) => before.get(start - (i + 1) * windows.stepMs));
        const findings = [
          ...parts.flatMap((part) => judgePart(measure, part, here)),
          ...suspects.flatMap((part) => judgeConstant(part, here, earlier)),
          ...(measure === 'outputs'
            ? refusedFindings(asked, contract, here.rows, refused.get(start) ?? NOTHING_REFUSED, min)
            : []),
        ];
        return [start, summed(subject, findings, here.rows, contract)];
      }),
    );
  },
  async locate({ model, body, probes }, window, bad) {
    const out = [];
    const contract = await probes.contract(model);
    for (const f of bad.filter(({ subject }) => !subject.startsWith('prediction')).slice(0, 3)) {
      const what = whereOf(f, contract.features[f.subject]);
      if (!what) continue;
      const found = await probes.concentrate(model, { from: window.start, to: window.end }, scopeOf(body), what);
      const words = what.kind === 'outside' ? 'outside the contract' : 'in new categories';
      out.push(...found.map((c) => ({ ...c, what: `share of ${f.subject} ${words}` })));
    }
    return out.sort((a, b) => b.explains - a.explains).slice(0, 8);
  },
};

/** Known categories go with the question; longer lists than this are not asked about. */
const KNOWN_CHARS_MAX = 100_000;

function whereOf(f: Finding, contract: ValueContract | undefined) {
  const feature = f.subject;
  const check = f.details?.check;
  if (check === 'range')
    return {
      kind: 'outside',
      feature,
      low: contract?.min ?? -Number.MAX_VALUE,
      high: contract?.max ?? Number.MAX_VALUE,
    } as const;
  const known = contract?.categories;
  if (check !== 'new_categories' || !known || known.join().length > KNOWN_CHARS_MAX) return null;
  return { kind: 'unseen', feature, known } as const;
}

const checks = (measure: SchemaMeasure, check: SchemaMeasure): boolean =>
  measure === check || measure === 'values' || measure === 'outputs';

function partsOf({ model, body }: Asked, contract: ContractView, measure: SchemaMeasure): Part[] {
  const wanted = body.target.features;
  const rowsMin = body.min_samples ?? MIN_ROWS;
  const part =
    (place: Place) =>
    ([name, value]: [string, ValueContract | undefined]): Part[] =>
      value === undefined || (wanted && !wanted.includes(name))
        ? []
        : [{ place, name, contract: value, rowsMin, source: value.source ?? sourceOf(model.features, name) }];
  const parts =
    measure === 'outputs'
      ? Object.entries(contract.outputs).flatMap(part('output'))
      : Object.entries(contract.features).flatMap(part('feature'));
  const z = quantileOf(levelOf(body), parts.length);
  return parts.map((p) => ({ ...p, z }));
}

const sourceOf = (features: Asked['model']['features'], name: string): string | undefined =>
  Object.hasOwn(features, name) ? features[name]!.source : undefined;

const askOf = (parts: readonly Part[]) => ({
  ranges: parts.flatMap(({ place, name, contract }) =>
    contract.type === 'numeric' ? [{ place, name, min: contract.min ?? null, max: contract.max ?? null }] : [],
  ),
  categories: parts.flatMap(({ place, name, contract }) => (contract.type === 'categorical' ? [{ place, name }] : [])),
});

const reachOf = ({ place, name }: Part, seen: Seen) => (place === 'output' ? seen.outputs : seen.features).get(name);
const categoriesOf = ({ place, name }: Part, seen: Seen) =>
  (place === 'output' ? seen.outputCategories : seen.featureCategories).get(name);
const constantIn = (part: Part, seen: Seen | undefined): boolean | null =>
  seen ? isConstant(part.contract.type, reachOf(part, seen), categoriesOf(part, seen)) : null;

function judgePart(measure: SchemaMeasure, part: Part, seen: Seen): Finding[] {
  const value = reachOf(part, seen);
  const categories = categoriesOf(part, seen);
  const present = value ? value.numeric + value.text : 0;
  return [
    ...(measure === 'outputs' ? judgeAbsent(part, present, seen.rows) : []),
    ...(value && checks(measure, 'range') ? judgeRange(part, value) : []),
    ...(categories && checks(measure, 'new_categories') ? judgeCategories(part, categories) : []),
    ...(categories && checks(measure, 'cardinality') ? judgeCardinality(part, categories) : []),
  ];
}

function judgeConstant(part: Part, seen: Seen, earlier: readonly (Seen | undefined)[]): Finding[] {
  if (
    !becameConstant(
      constantIn(part, seen),
      earlier.map((e) => constantIn(part, e)),
    )
  )
    return [];
  const value = reachOf(part, seen);
  const categories = categoriesOf(part, seen);
  return part.contract.type === 'numeric'
    ? [constantFinding(part, value!.numeric, String(value!.min))]
    : [constantFinding(part, categories!.n, JSON.stringify([...categories!.counts.keys()][0] ?? ''))];
}

function refusedFindings(
  asked: Asked,
  contract: ContractView,
  rows: number,
  refused: Refused,
  rowsMin: number,
): Finding[] {
  const limit = contract.refused_max;
  const z = quantileOf(levelOf(asked.body), 1 + refused.features.size);
  return [
    ...judgeRefused({ name: 'prediction', rowsMin, z }, refused.outputs, rows, limit),
    ...[...refused.features].flatMap(([name, n]) =>
      judgeRefused({ name, rowsMin, z, source: sourceOf(asked.model.features, name) }, n, rows, limit),
    ),
  ];
}

function summed(subject: string, findings: Finding[], rows: number, contract: ContractView): Judged {
  const bad = findings.filter((f) => f.state === 'bad');
  const named =
    contract.origin === 'edited'
      ? `revision ${contract.revision}`
      : `inferred from '${contract.reference?.name ?? ''}'`;
  if (bad.length > 0)
    return {
      findings: bad,
      message:
        bad.length === 1
          ? bad[0]!.message
          : `${list([...new Set(bad.map((f) => f.subject))])} broke the contract (${bad.length} findings).`,
    };
  const what = subject === 'outputs' ? 'The outputs are' : 'All values are';
  const message = `${what} as the contract (${named}) allows.`;
  return { findings: [{ subject, state: 'ok', value: 0, threshold: null, n: rows, message }], message };
}
