import { jsonLines, storeTime } from '@plumbline/clickhouse';
import { getModel, type ModelContext, newId, putModel } from '@plumbline/control';
import { freshProject, HOUR_MS, MONDAY_MS, openStores, type Stores } from '@plumbline/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drift, referenceFromRows } from './drift.js';
import { naturalOf } from './natural.js';
import { kindsOf, profile } from './profile.js';
import { type Reference, referencePart } from './reference.js';
import { MARK, referenceSource, type Source } from './source.js';

let stores: Stores;
let projectId: string;
let model: ModelContext;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());
beforeEach(async () => {
  projectId = await freshProject(stores);
  await putModel(stores.control.db, projectId, 'm', { task: 'binary' });
  model = await getModel(stores.control.db, projectId, 'm');
});

type Row = {
  nums?: Record<string, number>;
  cats?: Record<string, string>;
  vectors?: Record<string, number[]>;
  score?: number;
  label?: string;
};

/** Rows as a source: drift does not care whether they are a reference or predictions. */
async function rows(list: readonly Row[], everyMs = 1000): Promise<{ id: string; source: Source }> {
  const id = newId();
  for (let i = 0; i < list.length; i += 20_000)
    await stores.store.insert(
      'reference_rows',
      jsonLines(
        list.slice(i, i + 20_000).map((r, j) => ({
          project: projectId,
          model: 'm',
          reference: id,
          row: i + j,
          ts: storeTime(MONDAY_MS + (i + j) * everyMs),
          nums: r.nums ?? {},
          cats: r.cats ?? {},
          vectors: r.vectors ?? {},
          score: r.score ?? 0.5,
          label: r.label ?? null,
        })),
      ),
    );
  return { id, source: referenceSource(stores.store.database, model, id) };
}
const reference = async (list: readonly Row[]): Promise<Reference> =>
  referenceFromRows(stores.store, model, (await rows(list)).source);
const compare = async (
  ref: Reference,
  current: readonly Row[],
  over: { measures?: string[]; natural?: Map<string, number> } = {},
) => {
  const [window] = await drift(stores.store, model, ref, {
    current: async () => (await rows(current)).source,
    windowEnd: (start) => start + HOUR_MS,
    targets: ['features', 'prediction', 'label'],
    ...over,
  });
  return window!;
};
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe('a part of a reference', () => {
  it('is of the rows that filters pick, by an embedding too', async () => {
    const list = times(10, (i): Row => ({ nums: { x: i }, vectors: i < 3 ? { emb: [1, 2] } : {} }));
    const { id, source } = await rows(list);
    const { profiles } = await referenceFromRows(stores.store, model, source);
    const parts = (['is_null', 'not_null'] as const).map((op) =>
      referencePart(stores.store, model, { id, profiles }, [{ field: 'features.emb', op }]),
    );
    expect((await Promise.all(parts)).map((p) => p.rows)).toEqual([7, 3]);
  });
});

describe('whether it matters', () => {
  // The score follows `strong`, and the model errs where `strong` is high; `weak` is noise.
  const row = (i: number, high: number): Row => {
    const strong = (i * 7919) % 100 < high ? 1 : 0;
    return {
      nums: { strong: strong + (i % 10) / 100, weak: Math.floor(i / 100) % 20 },
      cats: { kind: `k${Math.floor(i / 100) % 3}` },
      score: strong ? 0.9 : 0.1,
      label: strong && i % 2 === 0 ? '0' : strong ? '1' : '0',
    };
  };

  it('is told by what moves with the output and by what the shift does to the metric, and orders everything', async () => {
    const ref = await reference(times(4000, (i) => row(i, 20)));
    const window = await compare(
      ref,
      times(2000, (i) => ({ ...row(i, 60), nums: { ...row(i, 60).nums!, weak: 60 } })),
    );
    const { strong, weak, kind } = window.features;
    expect(strong!.importance).toEqual({ value: 1, kind: 'measured' });
    expect(weak!.importance!.value).toBeLessThan(0.1);
    // Half of the rows with a high value are wrong: forty in a hundred more of these cost twenty points.
    expect(strong!.effect).toMatchObject({ metric: 'accuracy' });
    expect(strong!.effect!.value).toBeCloseTo(-0.2, 2);
    expect(strong!.effect!.high).toBeLessThan(0);
    expect(Math.abs(kind!.effect!.value)).toBeLessThan(0.02);
    expect(window.features.weak!.measures.psi!.value!).toBeGreaterThan(window.features.strong!.measures.psi!.value!);
    expect(window.ranked.filter((n) => ['strong', 'weak', 'kind'].includes(n))).toEqual(['strong', 'weak', 'kind']);
  });

  it('is as declared where somebody declared it, and unknown without labels', async () => {
    await putModel(stores.control.db, projectId, 'm', {
      task: 'binary',
      features: { weak: { type: 'numeric', importance: 8 }, kind: { type: 'categorical', importance: 4 } },
    });
    model = await getModel(stores.control.db, projectId, 'm');
    const unlabelled = (i: number, high: number) => ({ ...row(i, high), label: undefined });
    const ref = await reference(times(1000, (i) => unlabelled(i, 20)));
    const { features } = await compare(
      ref,
      times(500, (i) => unlabelled(i, 60)),
    );
    expect(features.weak!.importance).toEqual({ value: 1, kind: 'declared' });
    expect(features.kind!.importance).toEqual({ value: 0.5, kind: 'declared' });
    expect(features.strong!.importance).toEqual({ value: 1, kind: 'measured' });
    expect(Object.values(features).map((f) => f.effect)).toEqual(Object.values(features).map(() => null));
  });
});

describe('a feature', () => {
  it('that did not move is quiet in every measure, one that did is not, and each says how much', async () => {
    const same = (i: number): Row => ({
      nums: { still: i % 100, moved: i % 100 },
      cats: { kind: `k${i % 4}` },
      score: (i % 10) / 10,
    });
    const ref = await reference(times(4000, same));
    const window = await compare(
      ref,
      times(2000, (i) => ({ ...same(i), nums: { still: i % 100, moved: (i % 100) + 30 } })),
    );
    const drifted = Object.entries(window.features).map(([name, f]) => [
      name,
      Object.entries(f.measures)
        .filter(([, m]) => m.drifted)
        .map(([m]) => m),
    ]);
    expect(Object.fromEntries(drifted)).toMatchObject({ still: [], kind: [], 'prediction.score': [] });
    expect(window.features.moved!.measures.psi).toMatchObject({ drifted: true, value: expect.any(Number) });
    expect(window.features.moved!.measures.wasserstein!.value).toBeCloseTo(30, 6);
    expect(window.features.moved).toMatchObject({
      n: 2000,
      missing_rate: 0,
      reference: { mean: 49.5 },
      current: { mean: 79.5 },
    });
    expect(window.drifted_share).toBeCloseTo(1 / 4);
  });

  it.each<[string, (i: number) => Row, (i: number) => Row, { drifted: boolean | null; note?: string }]>([
    ['constant on both sides', () => ({ nums: { x: 7 } }), () => ({ nums: { x: 7 } }), { drifted: false }],
    ['constant, and another constant', () => ({ nums: { x: 7 } }), () => ({ nums: { x: 8 } }), { drifted: true }],
    ['of one category', () => ({ cats: { x: 'a' } }), () => ({ cats: { x: 'a' } }), { drifted: false }],
    ['of one category, and another', () => ({ cats: { x: 'a' } }), () => ({ cats: { x: 'b' } }), { drifted: true }],
    [
      'missing everywhere now',
      (i) => ({ nums: { x: i } }),
      () => ({}),
      { drifted: null, note: 'all missing in this window' },
    ],
    ['that is new', () => ({}), (i) => ({ nums: { x: i } }), { drifted: null, note: 'not in the reference' }],
    ['called like what every object has', () => ({}), () => ({}), { drifted: null }],
    [
      'half missing on both sides',
      (i) => (i % 2 ? { nums: { x: i % 50 } } : {}),
      (i) => (i % 2 ? { nums: { x: i % 50 } } : {}),
      { drifted: false },
    ],
    [
      'with enormous values',
      (i) => ({ nums: { x: 1e300 * (i % 7) } }),
      (i) => ({ nums: { x: 1e300 * (i % 7) } }),
      { drifted: false },
    ],
  ])('%s', async (_, before, now, expected) => {
    const ref = await reference(times(700, before));
    const x = (await compare(ref, times(490, now))).features.x;
    for (const m of Object.values(x?.measures ?? {}))
      for (const value of [m.value, m.threshold, m.p_value])
        expect(value === undefined || value === null || Number.isFinite(value)).toBe(true);
    expect({ drifted: x?.measures.psi?.drifted ?? null, ...(x?.note ? { note: x.note } : {}) }).toEqual(expected);
  });

  it.each(['__proto__', 'constructor', 'toString'])('called %s is one like any other', async (name) => {
    const one = (value: number): Row => ({ nums: JSON.parse(`{"${name}":${value}}`) as Record<string, number> });
    const fresh = await compare(await reference(times(100, () => ({}))), times(100, one));
    expect(Object.getOwnPropertyDescriptor(fresh.features, name)?.value).toMatchObject({
      note: 'not in the reference',
      n: 100,
    });
    const known = await compare(
      await reference(times(1000, (i) => one(i % 10))),
      times(1000, (i) => one((i % 10) + 20)),
    );
    expect(Object.getOwnPropertyDescriptor(known.features, name)?.value).toMatchObject({
      measures: { psi: { drifted: true } },
    });
  });

  it('of a single row on either side never rings', async () => {
    const one = [{ nums: { x: 1 }, cats: { y: 'a' } }];
    const many = times(500, (i) => ({ nums: { x: i }, cats: { y: `c${i % 5}` } }));
    for (const [ref, now] of [
      [one, many],
      [many, one],
      [one, one],
    ] as [Row[], Row[]][]) {
      const window = await compare(await reference(ref), now);
      for (const f of Object.values(window.features)) expect(f.measures.psi?.drifted ?? false).toBe(false);
    }
  });

  it('of more categories than are kept by name is not missing for that, and is not compared', async () => {
    const many = (i: number): Row => ({ cats: { x: `id-${i % 12_000}`, y: 'same' } });
    const ref = await reference(times(24_000, many));
    expect(ref.profiles.x).toMatchObject({ n: 24_000, missing: 0, missing_rate: 0, distinct: 12_000 });
    expect(ref.profiles.x!.categories).toHaveLength(10_000);
    const window = await compare(ref, times(12_000, many));
    expect(window.features.x).toMatchObject({
      n: 12_000,
      missing_rate: 0,
      measures: { psi: { value: null, drifted: null } },
      note: 'more than 10000 categories, too many to compare',
    });
  });

  it('that holds numbers where there was text is compared as text', async () => {
    const ref = await reference(times(500, (i) => ({ cats: { code: String(i % 3) } })));
    const window = await compare(
      ref,
      times(500, (i) => ({ nums: { code: i % 3 } })),
    );
    expect(window.features.code).toMatchObject({
      type: 'categorical',
      n: 500,
      measures: { psi: { value: 0, drifted: false } },
    });
  });
});

describe('a window', () => {
  it('without rows is none', async () => {
    const ref = await reference([{ nums: { x: 1 } }]);
    expect(
      await drift(stores.store, model, ref, {
        current: async () => (await rows([])).source,
        windowEnd: (s) => s,
        targets: ['features'],
      }),
    ).toEqual([]);
  });

  it('judges what was asked for: features by name, outputs, labels, and nothing that is not monitored', async () => {
    model = { ...model, features: { quiet: { type: 'numeric', monitored: false } } };
    const list = times(100, (i) => ({ nums: { a: i, b: i, quiet: i }, score: 0.1, label: '1' }));
    const ref = await reference(list);
    const { source } = await rows(list);
    const names = async (over: object) =>
      Object.keys(
        (
          await drift(stores.store, model, ref, {
            current: async () => source,
            windowEnd: (s) => s,
            targets: ['features'],
            ...over,
          })
        )[0]!.features,
      ).sort();
    expect(await names({})).toEqual(['a', 'b']);
    expect(await names({ features: ['b', 'quiet', 'gone'] })).toEqual(['b', 'quiet']);
    expect(await names({ targets: ['prediction'] })).toEqual(['prediction.score']);
    expect(await names({ targets: ['label'] })).toEqual(['label']);
  });
});

describe('a reference', () => {
  it('of decimals is cut at its deciles, right-closed, and every value is in one bin', async () => {
    const ref = await reference(times(1000, (i) => ({ nums: { x: i / 10 } })));
    const { edges, counts, quantiles } = ref.profiles.x!;
    expect(edges).toHaveLength(9);
    expect(counts!.reduce((a, b) => a + b, 0)).toBe(1000);
    expect(Math.max(...counts!) - Math.min(...counts!)).toBeLessThanOrEqual(1);
    expect(quantiles!['0.5']).toBeCloseTo(49.95, 9);
  });

  it('that is labelled in part has the labels it has', async () => {
    const ref = await reference(times(100, (i) => ({ label: i < 30 ? String(i % 2) : undefined })));
    expect(ref.profiles[`${MARK}label`]).toMatchObject({ n: 30, missing: 70, distinct: 2 });
  });

  it('varies by nature as much as its own windows do', async () => {
    const list = times(5_000, (i) => ({ nums: { seasonal: (i % 100) + 200 * Math.floor(i / 1000), still: i % 100 } }));
    const { id, source } = await rows(list);
    const kinds = await kindsOf(stores.store, source, {}, 'binary');
    const profiles = await profile(stores.store, source, kinds);
    const natural = await naturalOf(stores.store, model, id, profiles, 1_000_000);
    expect(natural.get('seasonal')).toBeGreaterThan(1);
    expect(natural.get('still')).toBeLessThan(0.1);
    expect(natural.has(`${MARK}prediction.class`)).toBe(false);
    const window = await compare({ id, rows: 5_000, profiles, source }, list.slice(0, 1_000), { natural });
    expect(window.features.seasonal!.note).toMatch(/^unstable in the reference itself: psi up to/);
    expect(window.features.still!.note).toBeUndefined();
    const one = await rows(list.slice(0, 500));
    expect((await naturalOf(stores.store, model, one.id, profiles, 1_000_000)).size).toBe(0);
  });
});
