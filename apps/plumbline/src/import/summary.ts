import { rejectedCount, type Totals } from './ledger.js';

export type Summary = {
  rows: number;
  accepted: number;
  duplicates: number;
  unlabelled: number;
  rejected: number;
  rejected_by_code: Totals['rejected'];
  /** Rows that an earlier run had done. */
  resumed_from: number;
  complete: boolean;
  error?: string;
  seconds: number;
  /** Of this run. */
  rows_per_second: number;
};

export function summarize(
  totals: Totals,
  { resumedFrom, elapsedMs, error }: { resumedFrom: number; elapsedMs: number; error?: string },
): Summary {
  const { rows, accepted, duplicates, unlabelled, rejected } = totals;
  return {
    rows,
    accepted,
    duplicates,
    unlabelled,
    rejected: rejectedCount(totals),
    rejected_by_code: rejected,
    resumed_from: resumedFrom,
    complete: error === undefined,
    ...(error === undefined ? {} : { error }),
    seconds: Math.round(elapsedMs) / 1000,
    rows_per_second: Math.round((rows - resumedFrom) / Math.max(elapsedMs / 1000, 0.001)),
  };
}

const count = (n: number) => n.toLocaleString('en-US');
const MESSAGE_MAX = 200;

/** For people. The rejected rows come last, because they are what is left to do. */
export function tell(name: string, s: Summary): string {
  const lines = [
    `${count(s.rows)} rows of ${name}: ${count(s.accepted)} accepted, ${count(s.duplicates)} duplicates, ${count(s.rejected)} rejected` +
      `${s.unlabelled > 0 ? `, ${count(s.unlabelled)} without a label` : ''}; ${s.seconds.toFixed(1)} s, ${count(s.rows_per_second)} rows/s` +
      `${s.resumed_from > 0 ? `, gone on after row ${count(s.resumed_from)}` : ''}`,
  ];
  for (const [code, { count: n, examples }] of Object.entries(s.rejected_by_code)) {
    lines.push(`${code}: ${count(n)}`);
    for (const { line, prediction_id, message } of examples)
      lines.push(`  line ${line}${prediction_id ? `, ${prediction_id}` : ''}: ${message.slice(0, MESSAGE_MAX)}`);
    if (n > examples.length) lines.push(`  … and ${count(n - examples.length)} more`);
  }
  return lines.join('\n');
}
