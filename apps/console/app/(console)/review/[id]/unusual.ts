import type { FeatureProfile } from '@plumbline/contracts';

/** Why a value is unlike those of the reference; null if it is not. */
export type Mark = { text: string; strong: boolean };

const RARE = 0.01;
const NEW_MIN = 100;

/** Beyond what 98 % of the reference has, rarer than one in a hundred, or missing where it hardly ever is. */
export function unusual(value: unknown, profile: FeatureProfile | null | undefined): Mark | null {
  if (!profile || profile.n === 0) return null;
  if (value === null || value === undefined)
    return profile.missing_rate < RARE ? { text: 'hardly ever missing', strong: true } : null;
  if (profile.type === 'numeric') return typeof value === 'number' ? beyond(value, profile) : null;
  return rare(String(value), profile);
}

function beyond(value: number, { min, max, quantiles = {} }: FeatureProfile): Mark | null {
  if (max != null && value > max) return { text: 'larger than ever', strong: true };
  if (min != null && value < min) return { text: 'smaller than ever', strong: true };
  const [low, high] = [quantiles['0.01'], quantiles['0.99']];
  if (high !== undefined && value > high) return { text: 'in the largest 1 %', strong: false };
  if (low !== undefined && value < low) return { text: 'in the smallest 1 %', strong: false };
  return null;
}

function rare(value: string, { categories, n }: FeatureProfile): Mark | null {
  if (!categories || n < NEW_MIN) return null;
  const count = categories.find((c) => c.value === value)?.count;
  if (count === undefined) {
    // Only the most frequent are listed: what is not among all of them is new.
    const listed = categories.reduce((sum, c) => sum + c.count, 0);
    return listed >= n ? { text: 'never seen', strong: true } : { text: 'rare', strong: false };
  }
  return count / n < RARE ? { text: 'rare', strong: false } : null;
}
