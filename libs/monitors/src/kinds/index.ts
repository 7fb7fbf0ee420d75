import { freshnessKind, labelCoverageKind, schemaKind, stalenessKind, volumeKind } from './checks.js';
import { driftKind } from './drift.js';
import type { Kinds } from './kind.js';
import { missingKind } from './missing.js';
import { latencyKind, performanceKind } from './performance.js';

/** Every kind of monitor by its wire name. Skew is drift against what the model was trained on. */
export const KINDS: Kinds = {
  performance: performanceKind,
  drift: driftKind,
  freshness: freshnessKind,
  volume: volumeKind,
  schema: schemaKind,
  missing: missingKind,
  skew: driftKind,
  latency: latencyKind,
  staleness: stalenessKind,
  label_coverage: labelCoverageKind,
};
