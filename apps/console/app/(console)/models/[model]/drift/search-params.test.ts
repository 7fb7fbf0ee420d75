import { expect, it } from 'vitest';
import { driftStep, parseAgainst, parseFocus, parseMeasure, referenceOf } from './search-params';

const get = (query: string) => {
  const params = new URLSearchParams(query);
  return (key: string) => params.get(key);
};

it('reads the open drawer', () => {
  expect(parseFocus(get(''))).toBeNull();
  expect(parseFocus(get('feature=temp'))).toEqual({ feature: 'temp', start: null });
  expect(parseFocus(get('feature=temp&start=2026-05-01T00:00:00Z'))).toEqual({
    feature: 'temp',
    start: Date.parse('2026-05-01'),
  });
  expect(parseMeasure('ks')).toBe('psi');
});

it('keeps cells wide enough', () => {
  const DAY = 86_400_000;
  expect([
    driftStep(0, DAY, 'auto'),
    driftStep(0, 7 * DAY, 'auto'),
    driftStep(0, 300 * DAY, 'auto'),
    driftStep(0, 7 * DAY, '1h'),
  ]).toEqual(['1h', '1d', '7d', '1h']);
});

it('compares with a name, the range before, or the past of each window', () => {
  const DAY = 86_400_000;
  expect(referenceOf(parseAgainst(null), DAY, 2 * DAY)).toBeUndefined();
  expect(referenceOf(parseAgainst('ref:before'), DAY, 2 * DAY)).toBe('before');
  expect(referenceOf(parseAgainst('before'), DAY, 3 * DAY)).toEqual({
    from: '1969-12-31T00:00:00.000Z',
    to: '1970-01-02T00:00:00.000Z',
  });
  expect(referenceOf(parseAgainst('week'), DAY, 3 * DAY)).toEqual({ previous: '7d' });
  expect(referenceOf(parseAgainst('trailing'), DAY, 3 * DAY)).toEqual({ trailing: '28d' });
});
