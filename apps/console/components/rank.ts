import type { ModelSummary, MonitorState } from '@plumbline/contracts';

/** Worst first. */
export const HEALTH_RANK: Record<ModelSummary['health'], number> = { critical: 0, warning: 1, no_data: 2, ok: 3 };
export const MONITOR_RANK: Record<MonitorState, number> = {
  firing: 0,
  error: 1,
  pending: 2,
  no_data: 3,
  unknown: 4,
  ok: 5,
};
