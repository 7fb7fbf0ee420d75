import { expect, it } from 'vitest';
import chaos from '../chaos/ingest.trial.js';

it('twenty-five kills under load lose nothing and count nothing twice', async () => {
  const { ok, summary } = await chaos(['--cycles', '25', '--seed', '25'], () => {});
  expect(ok, JSON.stringify(summary)).toBe(true);
}, 900_000);
