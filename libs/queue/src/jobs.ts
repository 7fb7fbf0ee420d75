/**
 * Every kind of background work and what it carries. Jobs are hints: the truth is in the stores (batches, dirty windows,
 * due monitors, outbox), a job only says "look now", so losing or repeating one changes nothing.
 */
export type Jobs = {
  /** Batches of this model wait to be joined. */
  join: { projectId: string; model: string };
  /** Identities of joined rows wait to be compared with all earlier ones. */
  compare: { projectId: string; model: string };
  /** Windows of this model wait to be computed. */
  windows: { projectId: string; model: string };
  /** Hours of past windows wait to be profiled. */
  profiles: { projectId: string; model: string };
  /** Monitors are due. */
  evaluate: Record<string, never>;
  /** Monitors of this model should look before they are due. */
  look: { projectId: string; model: string };
  /** Monitors of this model should look over the past, which has changed. */
  past: { projectId: string; model: string };
  /** Windows changed after monitors had judged them. */
  review: { projectId: string; model: string };
  /** Exports of this model wait to be written. */
  exports: { projectId: string; model: string };
  /** Incidents of this model wait to be explained. */
  explain: { projectId: string; model: string };
  /** Windows of this model have become mature: slices are sought in them. */
  slices: { projectId: string; model: string };
  /** Labels of reviewers wait to become outcomes, or to be taken back. */
  reviews: { projectId: string; model: string };
  /** Notifications are due. */
  deliver: Record<string, never>;
  /** Finds whatever the others missed. */
  reconcile: Record<string, never>;
};
export type JobName = keyof Jobs;
export const JOB_NAMES = [
  'join',
  'compare',
  'windows',
  'profiles',
  'evaluate',
  'look',
  'past',
  'review',
  'exports',
  'reviews',
  'explain',
  'slices',
  'deliver',
  'reconcile',
] as const satisfies readonly JobName[];
export type Handlers = { [N in JobName]: (data: Jobs[N]) => Promise<void> };
