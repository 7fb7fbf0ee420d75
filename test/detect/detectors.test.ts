import { describe, expect, it } from 'vitest';
import trial from './detectors.trial.js';

/** The benchmark of `npm run detect-bench`, short: the figures are its own to find; that it runs and that the promises hold is seen here. */
describe('detection benchmark', () => {
  it('reports false alarms, power and delay side by side with the plain rules, and what was promised holds', async () => {
    const said: string[] = [];
    const { ok, summary } = await trial(['--quick', '--seed', '20260101'], (line) => said.push(line));
    expect(summary.reached).toEqual({
      false_alarms: true,
      power: true,
      half_floor: true,
      run_length: true,
      delay: true,
    });
    expect(ok).toBe(true);
    expect(said.length).toBeGreaterThan(10);
    const { psi, ks, js, sigma3 } = summary.plain_rules as Record<string, number>;
    // The plain rules ring on most days of a month in which nothing happens.
    for (const days of [psi, ks, js, sigma3]) expect(days).toBeGreaterThan(15);
    const rows = summary.table as { what: string; kind?: string; n?: number; ours?: unknown }[];
    for (const kind of [
      'all',
      'performance',
      'volume',
      'freshness',
      'label_coverage',
      'drift',
      'latency',
      'outputs',
      'staleness',
    ])
      expect(rows.filter((row) => row.what === 'false alarms' && row.kind === kind).length, kind).toBeGreaterThan(0);
    for (const kind of ['drift', 'missing', 'contract', 'performance', 'volume', 'label_coverage'])
      expect(rows.filter((row) => row.what === 'power' && row.kind === kind).length, kind).toBeGreaterThan(0);
    for (const kind of ['performance', 'latency', 'outputs', 'staleness'])
      expect(rows.filter((row) => row.what === 'fault' && row.kind === kind).length, kind).toBeGreaterThan(0);
    expect(rows.filter((row) => row.what === 'shift').length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.what === 'real rows, shuffled').length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(summary)).not.toMatch(/NaN|Infinity/);

    const again = await trial(['--quick', '--seed', '20260101'], () => {});
    expect({ ...again.summary, seconds: 0 }, 'a seed repeats it').toEqual({ ...summary, seconds: 0 });
  });

  it('says what it does not understand', async () => {
    await expect(trial(['--seed', 'x'], () => {})).rejects.toThrow('whole numbers');
  });
});
