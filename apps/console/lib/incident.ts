import type { IncidentSummary } from '@plumbline/contracts';

/** The title where the model is named beside it anyway. */
export const bareTitle = (i: Pick<IncidentSummary, 'title' | 'model'>): string =>
  i.title.startsWith(`${i.model}: `) ? i.title.slice(i.model.length + 2) : i.title;
