import type { Scope } from '@plumbline/contracts';

/** What each scope opens, from the least to the most; each holds those before it. */
export const SCOPES: readonly (readonly [scope: Scope, what: string, whom: string])[] = [
  ['ingest', 'Send events, nothing else.', 'For services that make predictions'],
  ['read', 'Also see everything: metrics, rows, incidents.', 'For dashboards and notebooks'],
  ['write', 'Also change models, monitors, channels and incidents.', 'For pipelines and the command line'],
  ['admin', 'Also manage keys, people and projects, and delete models.', 'For operators'],
];
