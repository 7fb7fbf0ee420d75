import type { Evidence } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { explainedBlock } from './explained';

const slice = {
  text: 'country = BR ∧ platform = ios',
  filters: [{ field: 'tags.country', op: 'eq', value: 'BR' }],
  predicates: [],
  n: 40,
  share: 0.04,
  error: 0.7,
  rest: 0.05,
  explains: 1.02,
};
const evidence = (loss: string, slices: object[]) =>
  ({
    explanation: {
      computed_at: 'K',
      loss,
      metric: 'accuracy',
      change: { from: 'F', to: 'T', value: 0.81, before: 0.94 },
      filters: [{ field: 'version', op: 'eq', value: 'v1' }],
      slices,
    },
  }) as unknown as Evidence;
const q = (href: string) => Object.fromEntries(new URL(href, 'http://x').searchParams);

it('shows what was found, with the way to its rows and to a monitor of it', () => {
  const block = explainedBlock('m', evidence('error', [slice]))!;
  expect(block).toMatchObject({ what: 'share of errors', excess: 'excess errors', shares: true });
  const [bar] = block.bars;
  expect(bar).toMatchObject({ text: 'country = BR ∧ platform = ios', explains: 1 });
  const both = JSON.stringify([
    { field: 'version', op: 'eq', value: 'v1' },
    { field: 'tags.country', op: 'eq', value: 'BR' },
  ]);
  expect(q(bar!.rows)).toEqual({ from: 'F', to: 'T', filters: both, known_at: 'K', order: 'error' });
  expect(q(bar!.watch!)).toEqual({ model: 'm', metric: 'accuracy', slice: both });
});

it('is nothing without slices, and offers no performance monitor for what is missing', () => {
  expect(explainedBlock('m', evidence('error', []))).toBeNull();
  expect(explainedBlock('m', { explanation: null } as unknown as Evidence)).toBeNull();
  expect(explainedBlock('m', evidence('missing', [slice]))!.bars[0]!.watch).toBeNull();
});
