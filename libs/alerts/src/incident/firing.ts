import type { Evidence } from '@plumbline/contracts';

/** What kind of trouble a monitor watches for; `monitoring`: it cannot be evaluated itself. */
export type Family = 'performance' | 'drift' | 'data' | 'monitoring';

/** A monitor that started to fire (or fires on with news), as the evaluation saw it. */
export type Firing = {
  projectId: string;
  model: string;
  owner: string | null;
  family: Family;
  monitor: { id: string; name: string; channels: string[] };
  evidence: Evidence;
  nowMs: number;
  /** The evidence adds to what the incident has of this monitor; otherwise it takes its place. */
  adds?: boolean;
};
