import { type MonitorBody, monitorBody, type PlumblineError } from '@plumbline/contracts';
import { describe, expect, it } from 'vitest';
import { assertMonitor } from './assertMonitor.js';

const monitor = (over: object): MonitorBody => monitorBody.parse({ name: 'n', model: 'm', kind: 'drift', ...over });
const said = (over: object, task?: 'binary' | 'multiclass' | 'regression'): string | null => {
  try {
    assertMonitor(monitor(over), task && { task });
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request' });
    return (error as PlumblineError).more.errors![0]!.path;
  }
};
const auto = { compare: { to: 'threshold' }, condition: { auto: {} } };
const rule = (op: string) => ({ condition: { op, value: 1 } });

describe('what can never be evaluated is refused', () => {
  it.each<[string, object, ('binary' | 'multiclass' | 'regression') | undefined]>([
    ['target.metric', { kind: 'performance', target: { metric: 'rmse' } }, 'binary'],
    ['target.metric', { kind: 'performance', target: { metric: 'roc_auc:b' } }, 'binary'],
    ['target.metric', { kind: 'performance', target: { metric: 'confusion' } }, 'multiclass'],
    ['target.metric', { kind: 'performance', target: { metric: 'acuracy' } }, undefined],
    ['target.metric', { kind: 'latency', target: { metric: 'accuracy' } }, 'binary'],
    ['target.measure', { target: { measure: 'psy' } }, undefined],
    ['target.measure', { kind: 'missing', target: { measure: 'psi' } }, undefined],
    ['target.measure', { kind: 'performance', target: { measure: 'accuracy' } }, undefined],
    ['target.measure', { kind: 'schema', target: { measure: 'psi' } }, undefined],
    ['condition.auto', { kind: 'schema', ...auto }, undefined],
    ['condition.auto', { kind: 'skew', ...auto }, undefined],
    ['condition.auto', { kind: 'staleness', ...auto }, undefined],
    ['condition.auto', { kind: 'performance', target: { metric: 'base_rate' }, ...auto }, 'binary'],
    ['window', { window: '999999w' }, undefined],
    ['every', { every: '401d' }, undefined],
    ['offset', { offset: '401d' }, undefined],
    ['condition.op', { kind: 'freshness', ...rule('lt') }, undefined],
    ['condition.op', { kind: 'staleness', ...rule('lte') }, undefined],
    ['slice', { kind: 'staleness', slice: [{ field: 'version', op: 'eq', value: 'a' }] }, undefined],
    ['per', { kind: 'freshness', per: ['version'] }, undefined],
    ['compare.to', { kind: 'volume', compare: { to: 'version', version: 'a' } }, undefined],
    ['compare.to', { kind: 'freshness', compare: { to: 'version', version: 'a' } }, undefined],
    ['compare.to', { kind: 'skew', compare: { to: 'previous' } }, undefined],
    ['compare.to', { kind: 'staleness', compare: { to: 'previous' } }, undefined],
    ['compare.to', { kind: 'schema', target: { measure: 'range' }, compare: { to: 'previous' } }, undefined],
  ])('with %s of %j', (path, over, task) => {
    expect(said(over, task)).toBe(path);
  });
});

describe('what can be evaluated is not', () => {
  const version = { to: 'version', version: 'a' };
  it.each<[object, ('binary' | 'multiclass' | 'regression') | undefined]>([
    [{ kind: 'performance', target: { metric: 'rmse' } }, 'regression'],
    [{ kind: 'performance', target: { metric: 'roc_auc:b' } }, 'multiclass'],
    [{ kind: 'performance', target: { metric: 'rmse' } }, undefined],
    [{ kind: 'performance', target: { metric: 'latency_p95' } }, 'binary'],
    [{ target: { measure: 'ks', features: ['prediction.score', 'unknown'] } }, undefined],
    [{ kind: 'skew', target: { measure: 'values' } }, undefined],
    [{ kind: 'performance', ...auto }, 'regression'],
    [{ kind: 'freshness', ...auto, slice: [{ field: 'version', op: 'eq', value: 'a' }] }, undefined],
    [{ kind: 'schema', condition: { auto: {} } }, undefined],
    [{ window: '400d' }, undefined],
    [{ kind: 'staleness', ...rule('gte') }, undefined],
    ...['performance', 'drift', 'missing', 'schema', 'latency', 'label_coverage'].flatMap((kind) =>
      [{ to: 'previous' }, { to: 'reference' }, version].map((compare): [object, undefined] => [
        { kind, compare },
        undefined,
      ]),
    ),
    [{ kind: 'volume', compare: { to: 'previous' } }, undefined],
  ])('%j', (over, task) => {
    expect(said(over, task)).toBeNull();
  });
});
