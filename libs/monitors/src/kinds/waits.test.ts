import { describe, expect, it } from 'vitest';
import { lacksCoverage } from './waits.js';

describe('a realized metric', () => {
  const mature = { maturity: 0.95 };
  const young = { maturity: 0.5 };
  it.each([
    [
      'is judged from a quarter of the labels on',
      { ...young, coverage: 0.25, expected_coverage: 0.3 },
      undefined,
      null,
    ],
    ['waits below', { ...young, coverage: 0.24, expected_coverage: 0.3 }, undefined, 0.25],
    ['is judged when no more will come', { ...mature, coverage: 0.1, expected_coverage: 0.11 }, undefined, null],
    [
      'waits when far fewer came than should have',
      { ...mature, coverage: 0.1, expected_coverage: 0.9 },
      undefined,
      0.25,
    ],
    ['waits while delays are unknown', { maturity: null, coverage: 0.1, expected_coverage: null }, undefined, 0.25],
    ['waits for the coverage that its monitor demands', { ...mature, coverage: 0.1, expected_coverage: 0.1 }, 0.2, 0.2],
    ['needs none if its monitor says so', { ...young, coverage: 0.01, expected_coverage: 0.5 }, 0, null],
    ['waits without any predictions', { ...young, coverage: null, expected_coverage: null }, undefined, 0.25],
  ])('%s', (_, window, minCoverage, lacks) => {
    expect(lacksCoverage(window, minCoverage)).toBe(lacks);
  });
});
