import { expect, it } from 'vitest';
import { filled, prepareSpark } from './sparkline.prepare';

const point = (value: number | null, coverage = 1, estimated: number | null = null) => ({
  start: '2026-01-01T00:00:00Z',
  value,
  estimated,
  coverage,
  predictions: 10,
});

it('calls a window filled by what the model usually reaches', () => {
  expect(filled([0.05, 0.05, 0.05, 0.01, 0, null])).toEqual([true, true, true, false, false, false]);
  expect(filled([0.9, 0.1, 0.9, 0.1])).toEqual([true, true, true, false]);
});

it('breaks the line at a gap: a gap is not a zero', () => {
  const spark = prepareSpark([point(1), point(2), point(null, 0), point(2), point(3)], null, 100, 20);
  expect(spark.solid).toHaveLength(2);
  expect(spark.dashed).toHaveLength(0);
});

it('draws windows that still fill dashed, joined to the solid part', () => {
  const spark = prepareSpark([point(1), point(2), point(3), point(2, 0.2)], null, 100, 20);
  expect(spark.solid).toHaveLength(1);
  expect(spark.dashed).toHaveLength(1);
  expect(spark.dashed[0]!.split(' ')[0]).toBe(spark.solid[0]!.split(' ').at(-1));
});

it('draws what is estimated until the labels are in', () => {
  const spark = prepareSpark([point(0), point(10), point(10), point(null, 0, 5)], null, 100, 20);
  expect(spark.dashed).toHaveLength(1);
  expect(spark.last?.y).toBe(10);
});

it('holds with nothing, with one point and with a flat line', () => {
  expect(prepareSpark([], 0.5, 100, 20)).toMatchObject({ solid: [], last: null });
  expect(prepareSpark([point(0.5)], null, 100, 20).last).toEqual({ x: 50, y: 17 });
  expect(prepareSpark([point(0), point(0)], 0, 100, 20).reference).toBe(17);
});
