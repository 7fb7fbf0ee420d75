import { type EventStore, storeTime } from '@plumbline/clickhouse';
import {
  type CheckName,
  type CheckState,
  checkName,
  type Finding,
  iso,
  type MonitorBody,
  membersOf,
} from '@plumbline/contracts';
import type { Db, ModelContext } from '@plumbline/control';
import { checkOf, monitorsOfModel } from '@plumbline/monitors';

type Verdict = CheckState['state'];
type Look = { monitor: string; end: number; verdict: Verdict; message: string; bad: string[] };
type Latest = {
  monitor: string;
  start: number;
  end: number;
  at: number;
  verdict: Verdict;
  message: string;
  findings: string;
};

/** One look of each hour is enough for a picture; this many of them. */
const HISTORY = 72;
const FINDINGS_SHOWN = 10;
const VALUE_CHECKS = ['range', 'new_categories', 'cardinality', 'constant'] as const;

/** The checks that a monitor makes; quality and drift have questions of their own. */
export function checksOf({ kind, target }: Pick<MonitorBody, 'kind' | 'target'>): CheckName[] {
  switch (kind) {
    case 'performance':
    case 'drift':
      return [];
    case 'staleness':
      return ['model_age'];
    case 'schema': {
      const measure = target.measure ?? 'types';
      if (measure === 'types') return ['schema'];
      return measure === 'values' ? [...VALUE_CHECKS] : [measure as CheckName];
    }
    default:
      return [kind];
  }
}

/** What each data check said last and before, from the monitors that make it: the page shows what rings, and nothing else. */
export async function checkStates(
  store: EventStore,
  db: Db,
  model: ModelContext,
  q: { from?: number; to?: number },
): Promise<CheckState[]> {
  const rows = (await monitorsOfModel(db, model.projectId, model.model)).filter((r) => checksOf(r.body).length > 0);
  if (rows.length === 0) return [];
  const params = {
    project: model.projectId,
    monitors: rows.map((r) => r.id),
    from: storeTime(q.from ?? 0),
    to: storeTime(q.to ?? 4_102_444_800_000),
  };
  const mine = `FROM ${store.database}.evaluations WHERE project = {project:String} AND monitor_id IN {monitors:Array(String)}
    AND window_end > {from:DateTime64(3,'UTC')} AND window_start < {to:DateTime64(3,'UTC')}`;
  const [latest, looks] = await Promise.all([
    store.query<Latest>(
      `SELECT monitor_id AS monitor, toUnixTimestamp64Milli(window_start) AS start, toUnixTimestamp64Milli(window_end) AS end, toUnixTimestamp64Milli(evaluated_at) AS at, verdict, message, findings
       ${mine} ORDER BY window_end DESC, evaluated_at DESC LIMIT 1 BY monitor_id`,
      params,
    ),
    store.query<Look>(
      `SELECT monitor, end, verdict, message, bad FROM (
         SELECT monitor_id AS monitor, toUnixTimestamp64Milli(window_end) AS end, verdict, message,
                arrayDistinct(arrayFlatten(arrayMap(f -> arrayConcat([JSONExtractString(f, 'details', 'check')], arrayMap(m -> JSONExtractString(m, 'details', 'check'), JSONExtractArrayRaw(f, 'details', 'members'))),
                  arrayFilter(f -> JSONExtractString(f, 'state') = 'bad', JSONExtractArrayRaw(findings))))) AS bad
         ${mine} ORDER BY window_end DESC, evaluated_at DESC LIMIT 1 BY monitor_id, toStartOfHour(window_end))
       LIMIT ${HISTORY} BY monitor`,
      params,
    ),
  ]);
  const states = rows.flatMap((row) => {
    const checks = checksOf(row.body);
    const last = latest.find((l) => l.monitor === row.id);
    const before = looks.filter((l) => l.monitor === row.id).reverse();
    return checks.map((check) => stateOf(row, check, checks.length === 1, last, before));
  });
  const place = (s: CheckState) => checkName.options.indexOf(s.check);
  return states.sort((a, b) => place(a) - place(b));
}

function stateOf(
  row: { id: string; name: string; body: MonitorBody },
  check: CheckName,
  alone: boolean,
  last: Latest | undefined,
  before: readonly Look[],
): CheckState {
  const findings = last ? (JSON.parse(last.findings) as Finding[]) : [];
  const bad = findings.filter((f) => f.state === 'bad' && (alone || membersOf(f).some((m) => checkOf(m) === check)));
  // A monitor of several checks is bad when one of them is.
  const of = (verdict: Verdict, isBad: boolean): Verdict => (verdict === 'bad' && !isBad ? 'ok' : verdict);
  const history = before.map((l) => ({
    at: iso(Number(l.end)),
    state: of(l.verdict, alone || l.bad.includes(check)),
    message: l.message,
  }));
  const state = last ? of(last.verdict, bad.length > 0) : 'unknown';
  const from = history.findLastIndex((h) => h.state === 'ok') + 1;
  return {
    check,
    monitor: { id: row.id, name: row.name, kind: row.body.kind, severity: row.body.severity },
    state,
    message: !last ? 'It was not looked at yet.' : state === last.verdict ? last.message : 'As it should be.',
    window: last ? { start: iso(Number(last.start)), end: iso(Number(last.end)) } : null,
    evaluated_at: last ? iso(Number(last.at)) : null,
    since: state === 'bad' ? (history[from]?.at ?? null) : null,
    findings: bad.slice(0, FINDINGS_SHOWN).map(shown),
    history,
  };
}

/** Without the distributions that drift findings carry: this is a list, not the evidence. */
function shown({ details, ...f }: Finding): Finding {
  const { check, source, features, unseen, unit } = details ?? {};
  return { ...f, details: { check, source, features, unseen, unit } };
}
