import { durationMs, type MonitorBody } from '@plumbline/contracts';
import { alarmLevel } from '@plumbline/stats';
import { everyMs } from './windows.js';

/** What a monitor grants that does not say otherwise. */
const FALSE_ALARMS = '1 per 30d';

/** False alarms granted to a monitor, in so many days. */
export function budgetOf({ condition }: Pick<MonitorBody, 'condition'>): { alarms: number; days: number } {
  const budget = condition && 'auto' in condition ? condition.auto.false_alarms : FALSE_ALARMS;
  const [alarms, days] = budget.split(' per ').map((part) => Number.parseInt(part, 10));
  // A budget of none is not to be had: it is taken for one alarm in a hundred such spans.
  return { alarms: alarms || 0.01, days: days || 1 };
}

/** Level of one look of a monitor, over all that it looks at: what its false-alarm budget leaves, given how often it looks and its `for`. */
export const levelOf = (body: Pick<MonitorBody, 'condition' | 'every' | 'window' | 'for'>): number =>
  alarmLevel({
    ...budgetOf(body),
    everyMs: everyMs(body),
    windowMs: durationMs(body.window),
    forCount: body.for,
  });
