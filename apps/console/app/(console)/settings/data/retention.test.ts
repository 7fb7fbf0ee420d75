import { describe, expect, it } from 'vitest';
import { daysOf, lossText, retentionText } from './retention';

const NOW = Date.UTC(2026, 5, 30);
describe('a retention', () => {
  it.each([
    [undefined, 'for ever'],
    ['1d', '1 day'],
    ['26w', '182 days'],
    ['730d', '2 years'],
    ['12h', '12h'],
    ['90m', '90m'],
  ])('%s is told as %s', (raw, text) => expect(retentionText(raw)).toBe(text));

  it.each([
    ['180d', 180],
    ['2w', 14],
    ['12h', 0.5],
    ['0d', null],
    ['x', null],
    ['', null],
  ])('%s has %s days', (raw, days) => expect(daysOf(raw)).toBe(days));

  it('says what it deletes, if anything', () => {
    expect(lossText('30d', '2026-01-01T00:00:00Z', NOW)).toMatch(/^Events before .*31 May/);
    expect(lossText('365d', '2026-01-01T00:00:00Z', NOW)).toBeNull();
    expect(lossText('', '2020-01-01T00:00:00Z', NOW)).toBeNull();
    expect(lossText('30d', null, NOW)).toBeNull();
  });
});
