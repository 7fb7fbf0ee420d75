import { describe, expect, it } from 'vitest';
import type { Bar } from './groups.prepare';
import { prepareTreemap } from './treemap.prepare';

const bar = (labels: string[], predictions: number): Bar =>
  ({ key: labels.join(), labels, group: { predictions } }) as unknown as Bar;
const area = (t: { width: number; height: number }) => t.width * t.height;

describe('a treemap', () => {
  it('gives each group an area in proportion to its traffic, inside the frame', () => {
    const { tiles, frames } = prepareTreemap([bar(['a'], 600), bar(['b'], 300), bar(['c'], 100)], 900, 400);
    expect(frames).toEqual([]);
    expect(tiles.map((t) => t.name)).toEqual(['a', 'b', 'c']);
    for (const t of tiles) {
      expect(area(t) / (900 * 400)).toBeCloseTo(t.bar.group.predictions / 1000, 1);
      expect(t.left >= 0 && t.top >= 0 && t.left + t.width <= 900 && t.top + t.height <= 400).toBe(true);
    }
  });

  it('puts the groups of the second field into frames of the first', () => {
    const bars = [bar(['x', 'a'], 10), bar(['x', 'b'], 20), bar(['y', 'a'], 70), bar(['y', 'b'], 0)];
    const { tiles, frames } = prepareTreemap(bars, 600, 300);
    expect(frames.map((f) => f.name)).toEqual(['y', 'x']);
    expect(tiles).toHaveLength(3);
    const x = frames[1]!;
    for (const t of tiles.filter((t) => t.bar.labels[0] === 'x')) {
      expect(t.left >= x.left && t.left + t.width <= x.left + x.width).toBe(true);
      expect(t.top > x.top && t.top + t.height <= x.top + x.height).toBe(true);
    }
  });

  it('has nothing to draw before it has a width, or without traffic', () => {
    expect(prepareTreemap([bar(['a'], 1)], 0, 300).tiles).toEqual([]);
    expect(prepareTreemap([bar(['a'], 0)], 300, 300).tiles).toEqual([]);
  });
});
