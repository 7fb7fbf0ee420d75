import type { Evidence } from '@plumbline/contracts';
import { iso, PlumblineError, SEVERITY_RANK } from '@plumbline/contracts';
import type { MonitorRow } from '@plumbline/monitors';
import type { Looked } from './settle.js';

/** How long a failure may last before somebody hears of it: the monitor's own, and a store's that passes. */
const OWN_PATIENCE_MS = 5 * 60_000;
const STORE_PATIENCE_MS = 15 * 60_000;
const PASSING = ['store_unavailable', 'query_too_heavy', 'overloaded'];

/** A look that could not be taken. */
export function failed(error: unknown, nowMs: number): Looked {
  const passing = error instanceof PlumblineError && PASSING.includes(error.code);
  const reason = (error as { detail?: string }).detail ?? 'see the log of the server';
  return {
    evaluation: {
      window: { start: nowMs, end: nowMs },
      verdict: 'error',
      message: `It could not be evaluated: ${reason}`,
      findings: [],
    },
    evidence: null,
    patienceMs: passing ? STORE_PATIENCE_MS : OWN_PATIENCE_MS,
  };
}

/** What is known of a monitor that cannot be evaluated: since when, and why. */
export function failureEvidence(row: MonitorRow, failingSinceMs: number, message: string, nowMs: number): Evidence {
  const { body } = row;
  const since = iso(failingSinceMs);
  return {
    monitor_id: row.id,
    monitor: body.name,
    kind: body.kind,
    severity: SEVERITY_RANK[body.severity] < SEVERITY_RANK.warning ? 'warning' : body.severity,
    window: { start: since, end: iso(nowMs) },
    known_at: iso(nowMs),
    since,
    headline: `The monitor '${body.name}' sees nothing since ${since.slice(0, 16).replace('T', ' ')} UTC. ${message}`,
    findings: [{ subject: body.name, state: 'bad', value: null, threshold: null, n: 0, message }],
    slices: [],
    history: [],
    threshold: null,
    baseline: null,
    rows_query: { from: since, to: iso(nowMs), filters: [...body.slice], known_at: iso(nowMs), order: 'ts' },
  };
}
