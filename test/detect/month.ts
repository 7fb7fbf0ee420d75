import { FRESH, policyOf, type StateBefore, step } from '../../libs/monitors/src/state.js';

export const DAY_MS = 86_400_000;
export const MONTH_DAYS = 30;

/** Runs looks of a monitor through its own state machine and counts the alarms. */
export function alarmCounter(monitor: Parameters<typeof policyOf>[0]) {
  const policy = policyOf(monitor);
  let state: StateBefore = FRESH;
  const counted = { looks: 0, bad: 0, alarms: 0 };
  return {
    counted,
    look(endMs: number, verdict: 'ok' | 'bad' | 'no_data') {
      const after = step(state, { verdict, windowEnd: endMs, lookedAt: endMs, badSince: endMs }, policy);
      counted.looks += 1;
      if (verdict === 'bad') counted.bad += 1;
      if (after.transition === 'fire') counted.alarms += 1;
      state = after;
    },
  };
}

/** Saturday and Sunday; day 0 is a Monday. */
export const isWeekend = (day: number): boolean => day % 7 >= 5;

export const rounded = (value: number, digits = 4): number => Number(value.toPrecision(digits));
