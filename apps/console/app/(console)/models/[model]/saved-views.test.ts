import { expect, it } from 'vitest';
import { fixedPath, isMoving, shownPath } from './saved-views';

const NOW = Date.parse('2026-05-12T10:30:00Z');

it('fixes a range that moves, and leaves the rest of the address', () => {
  expect(isMoving('?range=7d&by=features.x')).toBe(true);
  expect(fixedPath('/models/m/slices?range=7d&by=features.x', NOW)).toBe(
    '/models/m/slices?by=features.x&from=2026-05-05T11:00:00Z&to=2026-05-12T11:00:00Z',
  );
});

it.each(['/models/m', '/models/m?range=all', '/models/m?from=2026-01-01&to=2026-02-01', '/models/m?range=nonsense'])(
  'leaves %s alone',
  (path) => {
    expect(isMoving(path.split('?')[1] ?? '')).toBe(false);
    expect(fixedPath(path, NOW)).toBe(path);
  },
);

it('names pages and times', () => {
  expect(shownPath('/models/car%20loan/drift?range=30d')).toBe('car loan/drift, 30d');
  expect(shownPath('/models/%/rows?from=2026-01-01&to=2026-02-01')).toBe('%/rows, fixed range');
  expect(shownPath('/incidents')).toBe('/incidents');
});
