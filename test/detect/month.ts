import { type StateBefore, step } from '../../libs/monitors/src/state.js';

export const DAY_MS = 86_400_000;
export const MONTH_DAYS = 30;

/** Runs looks through the monitors' own state machine and counts the alarms. */
export function alarmCounter(forCount: number) {
  let state: StateBefore = { state: 'unknown', badCount: 0, since: null, evaluatedTo: null };
  const counted = { looks: 0, bad: 0, alarms: 0 };
  return {
    counted,
    look(endMs: number, verdict: 'ok' | 'bad' | 'no_data') {
      const after = step(state, verdict, endMs, endMs, forCount, endMs);
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
