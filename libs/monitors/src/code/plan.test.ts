import { monitorBody } from '@plumbline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, changesOf, digestOf, type Existing, planMonitors } from './plan.js';

const body = (model: string, name: string, over: object = {}) =>
  monitorBody.parse({ model, name, kind: 'drift', ...over });
const existing = (...bodies: ReturnType<typeof body>[]): Existing[] =>
  bodies.map((b, i) => ({ id: `id${i}`, body: b }));
const short = (plan: ReturnType<typeof planMonitors>) => plan.map((p) => `${p.action} ${p.model}/${p.name}`);

describe('a plan', () => {
  it('creates, changes, keeps, and deletes only what it may', () => {
    const there = existing(body('a', 'same'), body('a', 'other'), body('a', 'gone'), body('b', 'not named'));
    const wanted = [body('a', 'same'), body('a', 'other', { for: 3 }), body('a', 'new')];
    expect(short(planMonitors(wanted, there, false))).toEqual([
      'keep a/same',
      'change a/other',
      'create a/new',
      'leave a/gone',
    ]);
    expect(short(planMonitors(wanted, there, true)).at(-1)).toBe('delete a/gone');
  });

  it('names the fields that change, with what they were', () => {
    const before = body('a', 'x', { severity: 'warning', slice: [{ field: 'version', op: 'eq', value: 'v1' }] });
    const after = body('a', 'x', { severity: 'critical', every: '5m' });
    expect(changesOf(before, after)).toEqual([
      { field: 'every', before: null, after: '5m' },
      { field: 'severity', before: 'warning', after: 'critical' },
      { field: 'slice', before: before.slice, after: [] },
    ]);
  });

  it('of what exists is to do nothing', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(names, fc.boolean(), fc.integer({ min: 1, max: 5 }), (all, prune, forCount) => {
        const there = existing(...all.map((name) => body('m', name, { for: forCount })));
        const plan = planMonitors(
          there.map((e) => e.body),
          there,
          prune,
        );
        expect(new Set(plan.map((p) => p.action))).toEqual(new Set(['keep']));
      }),
    );
  });

  it('has a digest of its own, whatever the order of fields', () => {
    const there = existing(body('a', 'x'));
    const one = planMonitors([body('a', 'x', { for: 2 })], there, true);
    expect(digestOf(one)).toBe(digestOf(JSON.parse(JSON.stringify(one))));
    expect(digestOf(one)).not.toBe(digestOf(planMonitors([body('a', 'x', { for: 3 })], there, true)));
    expect(canonical({ b: 1, a: [{ d: undefined, c: null }] })).toBe('{"a":[{"c":null}],"b":1}');
  });
});
