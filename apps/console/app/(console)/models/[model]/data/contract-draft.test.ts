import type { ValueContract } from '@plumbline/contracts';
import { expect, it } from 'vitest';
import { contractFrom, draftOf, ruleOf } from './contract-draft';

const amount: ValueContract = {
  type: 'numeric',
  source: 'payments',
  missing_max: 0.07,
  min: -1.5,
  max: 900,
  outside_max: null,
  varies: true,
};
const country: ValueContract = {
  type: 'categorical',
  missing_max: 0,
  categories: ['BR', 'DE'],
  cardinality_max: 4,
  cardinality_rows: 100,
};

it('is what was there as long as nobody types', () => {
  for (const before of [amount, country]) {
    const { value, errors } = contractFrom(before, draftOf(before));
    expect(errors).toEqual({});
    expect(value).toMatchObject(Object.fromEntries(Object.entries(before).filter(([, v]) => v !== null)));
  }
});

it('reads shares as per cent, lists by line, and nothing as anything', () => {
  const { value } = contractFrom(amount, { ...draftOf(amount), missing: '12,5', min: '', outside: '2' });
  expect(value).toMatchObject({ missing_max: 0.125, min: null, outside_max: 0.02, source: 'payments' });
  const listed = contractFrom(country, { ...draftOf(country), categories: ' BR\n\nUS \nBR', cardinality: '' });
  expect(listed.value).toMatchObject({ categories: ['BR', 'US'], cardinality_max: null, cardinality_rows: null });
  expect(contractFrom(country, { ...draftOf(country), categories: '' }).value.categories).toBeNull();
});

it('says what is wrong, where', () => {
  const { errors } = contractFrom(amount, { ...draftOf(amount), min: 'x', missing: '120', max: '-2' });
  expect(Object.keys(errors)).toEqual(['missing', 'min']);
  expect(contractFrom(amount, { ...draftOf(amount), max: '-2' }).errors).toEqual({
    max: 'is below the smallest value',
  });
  expect(contractFrom(country, { ...draftOf(country), cardinality: '1.5' }).errors.cardinality).toBeDefined();
});

it('is one line in a list', () => {
  expect(ruleOf(amount)).toBe('-1.5 to 900 · missing\u00a0≤\u00a07\u00a0% · varies');
  expect(ruleOf(country)).toBe('2 categories · missing\u00a0≤\u00a00\u00a0%');
  expect(ruleOf({ type: 'numeric' })).toBe('anything');
  expect(ruleOf({ type: 'numeric', min: 0.08000000000000002 })).toBe('0.08 to …');
});
