import { freshnessKind, labelCoverageKind, schemaKind, volumeKind } from './checks.js';
import { contractKind } from './contract.js';
import { driftKind } from './drift.js';
import type { Asked, Kind, Kinds } from './kind.js';
import { latencyKind } from './latency.js';
import { missingKind } from './missing.js';
import { performanceKind } from './performance.js';
import { skewKind } from './skew.js';
import { stalenessKind } from './staleness.js';

/** Names and types unless the monitor asks for the values. */
const ofMeasure = ({ body }: Asked): Kind => ((body.target.measure ?? 'types') === 'types' ? schemaKind : contractKind);
const schemaOrContract: Kind = {
  family: 'data',
  judge: (asked, windows) => ofMeasure(asked).judge(asked, windows),
  locate: async (asked, window, bad) => (await ofMeasure(asked).locate?.(asked, window, bad)) ?? [],
};

/** Every kind of monitor by its wire name. */
export const KINDS: Kinds = {
  performance: performanceKind,
  drift: driftKind,
  freshness: freshnessKind,
  volume: volumeKind,
  schema: schemaOrContract,
  missing: missingKind,
  skew: skewKind,
  latency: latencyKind,
  staleness: stalenessKind,
  label_coverage: labelCoverageKind,
};
