import type { ModelView } from '@plumbline/contracts';
import type { PerformanceQuestion } from '../../../../lib/api';
import { CHOICES } from '../../../../lib/metrics';
import { queries } from '../../../../lib/queries';

export type SummaryRange = Pick<PerformanceQuestion, 'from' | 'to' | 'version' | 'filters'>;
export const CELLS = ['tp', 'fp', 'tn', 'fn'];

/** Nine fill three columns beside the confusion matrix, eight the four without. */
export const summaryMetrics = ({ task }: ModelView): string[] => CHOICES[task].slice(0, task === 'regression' ? 8 : 9);

/** The whole range as one window. */
export function summaryQuery(model: ModelView, range: SummaryRange) {
  const extra = model.task === 'binary' ? CELLS : model.task === 'multiclass' ? ['confusion'] : [];
  return queries.performance(model.name, {
    ...range,
    granularity: 'all',
    estimate: true,
    metrics: [...summaryMetrics(model), ...extra],
  });
}
