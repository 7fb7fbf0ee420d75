import { describe, expect, it } from 'vitest';
import { fisherGreater } from './fisher.js';

describe('fisherGreater', () => {
  it.each([
    [8, 10, 1, 6, 0.024475524475524483],
    [0, 10, 3, 10, 1],
    [4, 9, 5, 9, 0.8265322912381736],
    [3, 50, 0, 1400, 3.8654705796273124e-5],
    [12, 200, 30, 5600, 9.063126350738771e-9],
    [150, 2000, 2000, 56_000, 3.580738340368447e-16],
    [12_000, 1_000_000, 5000, 560_000, 1.2632035770272368e-72],
  ])('%d of %d against %d of %d (scipy 1.17: fisher_exact, greater)', (k1, n1, k2, n2, p) => {
    expect(fisherGreater(k1, n1, k2, n2) / p).toBeCloseTo(1, 7);
  });

  it('adds up: a rise and a fall of the same table share only the table itself', () => {
    const [k1, n1, k2, n2] = [7, 40, 20, 90];
    const atLeast = fisherGreater(k1, n1, k2, n2);
    const more = fisherGreater(k1 + 1, n1, k2 - 1, n2);
    const fell = fisherGreater(n1 - k1, n1, n2 - k2, n2);
    expect(fell).toBeCloseTo(1 - more, 12);
    expect(atLeast).toBeGreaterThan(more);
  });

  it('knows the edges of its domain', () => {
    expect(fisherGreater(0, 0, 5, 10)).toBe(1);
    expect(fisherGreater(5, 10, 0, 0)).toBe(1);
    expect(fisherGreater(10, 10, 10, 10)).toBe(1);
    expect(() => fisherGreater(3, 2, 0, 5)).toThrow(RangeError);
    expect(() => fisherGreater(0.5, 2, 0, 5)).toThrow(RangeError);
  });
});
