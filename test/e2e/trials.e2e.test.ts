import { describe, expect, it } from 'vitest';
import alertsChaos from '../chaos/alerts.trial.js';
import chaos from '../chaos/ingest.trial.js';
import fuzz from '../fuzz/ingest.trial.js';

/** The long runs of `npm run fuzz` and `npm run chaos`, short: what they find is theirs to find, that they run is seen here. */

const run = async (trial: typeof fuzz, args: string[]) => {
  const said: string[] = [];
  const { ok, summary } = await trial(args, (line) => said.push(line));
  expect(ok, said.filter((line) => /^(unexplained|wrong)/.test(line)).join('\n')).toBe(true);
  return summary;
};

describe('trials', () => {
  it('a few thousand events of every sort are answered as the contract says', async () => {
    const summary = await run(fuzz, ['--events', '2000', '--seed', '20260101']);
    expect(summary).toMatchObject({ unexplained: 0, missing: 0, counted_twice: 0, http_5xx: 0, seed: 20260101 });
    expect(Object.keys(summary.rejected as object).length).toBeGreaterThan(10);
  });

  it('two kills under load lose nothing and count nothing twice', async () => {
    const summary = await run(chaos, ['--cycles', '2', '--seed', '20260101']);
    expect(summary).toMatchObject({ cycles: 2, lost: 0, counted_twice: 0, seed: 20260101 });
    expect(summary.joined).toBeGreaterThan(0);
  });

  it('kills from fault to resolved page nobody twice and lose nothing', async () => {
    const summary = await run(alertsChaos, ['--cycles', '4', '--seed', '20260101']);
    expect(summary).toMatchObject({ delivered: 4, lost: 0, paged_twice: 0, resolve_before_trigger: 0, wrong: 0 });
    expect(Object.keys(summary.killed_at as object)).toHaveLength(4);
  });

  it('say what they do not understand', async () => {
    for (const trial of [fuzz, chaos, alertsChaos])
      await expect(trial(['--seed', 'x'], () => {})).rejects.toThrow('whole numbers');
  });
});
