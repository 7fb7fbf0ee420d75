import { z } from 'zod';
import { instant, orderedRange } from './common.js';
import { monitorBody, monitorState } from './monitors.js';

export const backtestQuestion = z
  .object({
    monitor: monitorBody,
    from: instant,
    to: instant,
    labels: z.enum(['then', 'now']).default('then').meta({
      description:
        '`then`: a window is judged with the labels that had come when the monitor would have looked; `now`: with all that came since',
    }),
  })
  .superRefine(orderedRange)
  .meta({ id: 'BacktestQuestion' });
export type BacktestQuestion = z.infer<typeof backtestQuestion>;

/** One look of the past, with the finding that speaks for it. */
export const backtestLook = z
  .object({
    evaluated_at: z.string(),
    window_start: z.string(),
    window_end: z.string(),
    verdict: z.enum(['ok', 'bad', 'no_data', 'error']),
    state: monitorState.meta({
      description: 'what the state machine made of it: `for`, hysteresis, windows without data',
    }),
    message: z.string(),
    subject: z.string().nullable(),
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    threshold: z.number().nullable(),
    n: z.number().nullable(),
  })
  .meta({ id: 'BacktestLook' });
export type BacktestLook = z.infer<typeof backtestLook>;

export const backtestFiring = z
  .object({
    at: z.string(),
    since: z.string(),
    resolved_at: z.string().nullable().meta({ description: 'null: it fired to the end of the range' }),
    message: z.string(),
    subjects: z.array(z.string()),
  })
  .meta({ id: 'BacktestFiring' });
export type BacktestFiring = z.infer<typeof backtestFiring>;

/** What is wrong with a monitor, and what to do about it. `change` are the fields to set. */
export const diagnosisProblem = z
  .object({
    code: z.enum([
      'failing',
      'no_reference',
      'not_live',
      'calibrating',
      'too_few_rows',
      'labels_late',
      'data_late',
      'no_data',
      'threshold_in_noise',
      'threshold_out_of_reach',
      'always_firing',
      'flapping',
      'over_budget',
      'never_fired',
      'switched_off',
    ]),
    severity: z.enum(['info', 'warning']),
    message: z.string(),
    fix: z.string().nullable(),
    change: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'DiagnosisProblem' });
export type DiagnosisProblem = z.infer<typeof diagnosisProblem>;

export const diagnosis = z
  .object({
    health: z.enum(['good', 'noisy', 'dead', 'unknown']),
    message: z.string(),
    problems: z.array(diagnosisProblem),
    from: z.string(),
    to: z.string(),
    looks: z.number().int(),
    bad: z.number().int(),
    no_data: z.number().int(),
    errors: z.number().int(),
    fired: z.number().int(),
    per_month: z.number().nullable(),
    noise: z
      .object({ low: z.number(), usual: z.number(), high: z.number() })
      .nullable()
      .meta({ description: 'where the judged value lies when nothing is wrong: median and 2.5–97.5 %, robustly' }),
    suggested_threshold: z.number().nullable(),
  })
  .meta({ id: 'Diagnosis' });
export type Diagnosis = z.infer<typeof diagnosis>;

export const backtestAnswer = z
  .object({
    from: z.string(),
    to: z.string(),
    every: z
      .string()
      .meta({ description: 'time between the looks that were repeated; longer than the monitor’s own on long ranges' }),
    exact: z.boolean().meta({ description: 'every look that the monitor would have taken was repeated' }),
    evaluations: z.array(backtestLook),
    would_have_fired: z.array(backtestFiring),
    per_month: z.number(),
    looks: z.number().int(),
    bad: z.number().int(),
    no_data: z.number().int(),
    suggested_threshold: z.number().nullable().meta({
      description: 'the threshold that keeps to the false-alarm budget on this history; null where none can be found',
    }),
    diagnosis: z.array(diagnosisProblem),
  })
  .meta({ id: 'Backtest' });
export type BacktestAnswer = z.infer<typeof backtestAnswer>;
