import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './queue.js';

describe('EventQueue', () => {
  it('cuts batches in order, within both bounds, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 })),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 500 }),
        (sizes, batchSize, batchBytes) => {
          const queue = new EventQueue(batchSize, batchBytes, 1000);
          sizes.forEach((size, i) => {
            queue.push(`${i}`, size);
          });
          const seen: string[] = [];
          while (queue.count > 0) {
            const { lines, bytes } = queue.take();
            expect(lines.length).toBeGreaterThan(0);
            expect(lines.length).toBeLessThanOrEqual(batchSize);
            if (lines.length > 1) expect(bytes).toBeLessThanOrEqual(batchBytes);
            seen.push(...lines);
          }
          expect(seen).toEqual(sizes.map((_, i) => `${i}`));
        },
      ),
    );
  });

  it('asks for a look at the clock at the first event and when a batch becomes full', () => {
    const queue = new EventQueue(3, 1e6, 1000);
    expect([1, 2, 3, 4].map((n) => queue.push(`${n}`, 10))).toEqual([true, false, true, false]);
    expect(queue.dueAt).toBe(0);
    queue.take();
    expect(queue.dueAt).toBeGreaterThan(0);
    expect(new EventQueue(100, 15, 1000).push('large', 20)).toBe(true);
  });
});
