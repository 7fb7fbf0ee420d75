import type { Evidence, Finding, MonitorBody } from '@plumbline/contracts';
import { iso, membersOf } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import { FANNED, fanOut, groupFilters } from './fanOut.js';
import { foldBySource, foldedMessage } from './fold.js';
import { KINDS } from './kinds/index.js';
import { type Asked, type Judged, noData, starts } from './kinds/kind.js';
import type { Group, Probes, Windows } from './probes.js';
import { wantsThreshold } from './rule.js';
import { type Verdict, verdictOf } from './state.js';
import { historyWindows, trailingWindow } from './windows.js';

export type Evaluation = {
  window: { start: number; end: number };
  verdict: Verdict;
  message: string;
  findings: Finding[];
};

const NOT_CALIBRATED = 'The threshold is not found yet: there is too little history, or nothing in it ever varied.';

/** The findings of every window: of the kind as it is, or of each group by itself. */
export function judgeWindows(asked: Asked, windows: Windows): Promise<Map<number, Judged>> {
  const kind = KINDS[asked.body.kind];
  if (wantsThreshold(asked.body))
    return Promise.resolve(new Map(starts(windows).map((s) => [s, noData('threshold', NOT_CALIBRATED)])));
  const fans = asked.body.per.length > 0 && FANNED.includes(asked.body.kind);
  return fans ? fanOut(kind, asked, windows) : kind.judge(asked, windows);
}

/** One look of a monitor at its trailing window. A failing store throws: the caller retries and shows it. */
export async function evaluateNow(
  model: ModelContext,
  body: MonitorBody,
  probes: Probes,
  nowMs: number,
): Promise<Evaluation> {
  const window = trailingWindow(body, nowMs);
  const judged = await judgeWindows(
    { model, body, probes, nowMs },
    { from: window.start, to: window.end, stepMs: window.end - window.start },
  );
  return evaluation(body, window, judged.get(window.start) ?? [...judged.values()][0]);
}

/** The same rule over one window of the past; null for what only looks at now. */
export async function evaluateWindow(
  model: ModelContext,
  body: MonitorBody,
  probes: Probes,
  { start, end }: { start: number; end: number },
  nowMs: number,
): Promise<Evaluation | null> {
  if (nowOnly(body)) return null;
  const judged = await judgeWindows({ model, body, probes, nowMs }, { from: start, to: end, stepMs: end - start });
  return evaluation(body, { start, end }, judged.get(start) ?? [...judged.values()][0]);
}

/** Kinds that look at now and have no past to evaluate. */
export const nowOnly = ({ kind, target }: MonitorBody): boolean =>
  kind === 'schema'
    ? (target.measure ?? 'types') === 'types'
    : kind === 'freshness' || kind === 'staleness' || kind === 'label_coverage';

/** The same rule over the windows side by side before the current one, oldest first: its history, for charts and "since when". */
export async function evaluateHistory(
  model: ModelContext,
  body: MonitorBody,
  probes: Probes,
  nowMs: number,
  count: number,
): Promise<Evaluation[]> {
  if (nowOnly(body)) return [];
  const windows = historyWindows(body, nowMs, count);
  const judged = await judgeWindows({ model, body, probes, nowMs }, windows);
  return [...judged.entries()]
    .sort(([a], [b]) => a - b)
    .map(([start, j]) => evaluation(body, { start, end: start + windows.stepMs }, j));
}

/** What the findings of a window amount to under the monitor's choice for windows without data. */
export function evaluation(
  body: MonitorBody,
  window: { start: number; end: number },
  judged: Judged | undefined,
): Evaluation {
  const findings = foldBySource(judged?.findings ?? []);
  const verdict = verdictOf(findings);
  const message = judged ? foldedMessage(findings, judged.message) : 'There was nothing to look at.';
  const seen = { window, verdict, message, findings };
  return verdict === 'no_data' && body.no_data === 'alert' ? asAlarm(seen) : seen;
}

/** No data is what this monitor warns of. */
function asAlarm(e: Evaluation): Evaluation {
  const message = `No data: ${e.message}`;
  const lead = e.findings[0] ?? { subject: 'data', value: null, threshold: null, n: 0 };
  return {
    ...e,
    verdict: 'bad',
    message,
    findings: [{ ...lead, state: 'bad', message, details: { check: 'no_data' } }],
  };
}

const FINDINGS_KEPT = 50;
const minute = (ms: number) => `${iso(ms).slice(0, 16).replace('T', ' ')} UTC`;

/**
 * What is frozen into the incident: numbers, slices, the picture, and the query that shows the rows as they were known. Looking takes its
 * time: rows that came after its moment `nowMs` and before `knownAt` were judged too.
 */
export async function gatherEvidence(
  monitor: { id: string; body: MonitorBody },
  model: ModelContext,
  e: Evaluation,
  probes: Probes,
  { nowMs, knownAt }: { nowMs: number; knownAt: number },
  history: readonly Evaluation[],
): Promise<Evidence> {
  const { body } = monitor;
  const bad = e.findings.filter((f) => f.state === 'bad');
  const kind = KINDS[body.kind];
  const single = bad.flatMap(membersOf);
  const slices = (await kind.locate?.({ model, body, probes, nowMs }, e.window, single)) ?? [];
  const lead = single[0];
  const series = history.map((h) => {
    const f = h.findings.flatMap(membersOf).find((x) => x.subject === lead?.subject) ?? h.findings[0];
    return { start: iso(h.window.start), value: f?.value ?? null, low: f?.low ?? null, high: f?.high ?? null };
  });
  const onset = sinceOf(history, e);
  const groups = new Map(
    single.flatMap((f) => (f.details?.group ? [[JSON.stringify(f.details.group), f] as const] : [])),
  );
  // One group that fails is what the rows are of; several have only the monitor's slice in common.
  const [only] = groups.size === 1 ? [...groups.values()] : [];
  const filters = [...body.slice, ...(only ? groupFilters(only.details!.group as Group) : [])];
  return {
    monitor_id: monitor.id,
    monitor: body.name,
    kind: body.kind,
    severity: body.severity,
    window: { start: iso(e.window.start), end: iso(e.window.end) },
    known_at: iso(knownAt),
    since: iso(onset),
    headline:
      bad[0] && membersOf(bad[0]).length > 1 ? `${e.message.replace(/\.$/, '')}, since ${minute(onset)}.` : e.message,
    findings: [...bad, ...e.findings.filter((f) => f.state !== 'bad')].slice(0, FINDINGS_KEPT),
    slices,
    history: series,
    threshold: lead?.threshold ?? null,
    baseline: lead?.baseline ?? null,
    rows_query: {
      from: iso(e.window.start),
      to: iso(e.window.end),
      filters,
      known_at: iso(knownAt),
      order: body.kind === 'performance' ? 'error' : 'ts',
    },
    rollout: await rolloutAt(model, probes, onset, e.window.end - e.window.start),
  };
}

/** The version that began to serve when the problem did, give or take a window; null if it cannot be said. */
async function rolloutAt(
  model: ModelContext,
  probes: Probes,
  onsetMs: number,
  windowMs: number,
): Promise<Evidence['rollout']> {
  try {
    const newest = await probes.newestVersion(model);
    if (!newest || newest.version === '' || Math.abs(newest.firstMs - onsetMs) > windowMs) return null;
    // The first version that ever served is no roll-out.
    return newest.earlier ? { version: newest.version, at: iso(newest.firstMs) } : null;
  } catch {
    return null;
  }
}

/** Start of the unbroken run of bad windows that ends with this one. */
export function sinceOf(history: readonly Evaluation[], e: Evaluation): number {
  let since = e.window.start;
  for (const h of [...history].sort((a, b) => b.window.end - a.window.end)) {
    if (h.window.end > e.window.end) continue;
    if (h.verdict === 'bad') since = Math.min(since, h.window.start);
    else if (h.verdict === 'ok') break;
  }
  return since;
}
