import type { ExploreAnswer, ExploredGroup, Filter, GroupPredicate } from '@plumbline/contracts';
import { fieldLabel, valueText } from '../filters/filter';
import { compare, metricInfo } from '../lib/metrics';
import { boundsOf } from './performance.prepare';
import { lineDomain } from './scale';

export type Verdict = ReturnType<typeof compare>;
/** One group as it is drawn. `x`: the metric, or how much it changed; `shade`: −1 (as good as any) … 1 (as bad as any). */
export type Bar = {
  key: string;
  /** One for each field. */
  labels: string[];
  x: number | null;
  low: number | null;
  high: number | null;
  verdict: Verdict;
  shade: number | null;
  uncertain: boolean;
  group: ExploredGroup;
};
export type Groups = {
  bars: Bar[];
  /** The value of all rows; for changes, none. */
  centre: number;
  /** The change of all rows, if changes are drawn. */
  overall: number | null;
  /** Farthest from the centre of any group that is large enough. */
  reach: number;
  domain: { min: number; max: number; step: number };
  comparing: boolean;
};
export type Order = 'own' | 'worst' | 'size' | 'impact';

/** What a group has in one field, short; the outermost bins are open. */
export function predicateText(p: GroupPredicate, filters: readonly Filter[]): string {
  if (p.op === 'is_null') return 'missing';
  if (p.op === 'not_in') return 'all others';
  if (p.op === 'eq') return valueText(p.value);
  const bound = (op: Filter['op']) => filters.find((f) => f.field === p.field && f.op === op)?.value;
  const [from, to] = [bound('gte'), bound('lt')];
  if (from === undefined && to === undefined) return 'any number';
  if (from === undefined) return `below ${valueText(to)}`;
  return to === undefined ? `${valueText(from)} and more` : `${valueText(from)} – ${valueText(to)}`;
}
export const groupText = (g: Pick<ExploredGroup, 'predicates' | 'filters'>): string =>
  g.predicates
    .map((p) => `${fieldLabel(p.field)} ${p.op === 'eq' ? '= ' : ''}${predicateText(p, g.filters)}`)
    .join(' and ');

/** Groups in their order, each with what its interval says beside the value of all rows. */
export function prepareGroups(answer: ExploreAnswer, order: Order | null): Groups {
  const { metric } = answer;
  const comparing = answer.change !== undefined;
  const centre = comparing ? 0 : (answer.overall.value ?? 0);
  const { better } = metricInfo(metric);
  const worse = better === 'higher' ? -1 : 1;
  const drawn = answer.groups.map((group): Omit<Bar, 'shade'> => {
    const { value, low, high } = comparing ? group.change! : group;
    const known = !group.uncertain && (!comparing || group.before!.labelled >= 30 || better === 'none');
    return {
      key: JSON.stringify(group.predicates),
      labels: group.predicates.map((p) => predicateText(p, group.filters)),
      x: value,
      low,
      high,
      verdict: known ? compare(metric, { value, low, high }, centre) : 'unknown',
      uncertain: !known,
      group,
    };
  });
  const sure = drawn.filter((b) => b.x !== null && !b.uncertain);
  const reach = Math.max(...sure.map((b) => Math.abs(b.x! - centre)), 0);
  const bars = drawn.map(
    (b): Bar => ({
      ...b,
      shade:
        b.x === null || reach === 0 || answer.overall.value === null
          ? null
          : Math.max(-1, Math.min(1, ((b.x - centre) * worse) / reach)),
    }),
  );
  const shown = sure.length > 0 ? sure : drawn.filter((b) => b.x !== null);
  const domain = lineDomain(
    [...shown.map((b) => b.x!), centre, ...(comparing ? [answer.change!.value ?? 0] : [])],
    shown.flatMap((b) => [b.low ?? b.x!, b.high ?? b.x!]),
    comparing ? undefined : boundsOf(metric),
  );
  return {
    bars: sorted(bars, order ?? usualOrder(answer, comparing), comparing),
    centre,
    overall: comparing ? answer.change!.value : answer.overall.value,
    reach,
    domain,
    comparing,
  };
}

/** Changes by their part of the whole change; numbers as they ascend; everything else by size. */
const usualOrder = (answer: ExploreAnswer, comparing: boolean): Order =>
  comparing ? 'impact' : answer.by[0]?.type === 'numeric' ? 'own' : 'size';

function sorted(bars: Bar[], order: Order, comparing: boolean): Bar[] {
  const weight = (b: Bar) => Math.abs((comparing ? b.group.contribution : b.group.impact) ?? 0);
  const by: Record<Order, (a: Bar, b: Bar) => number> = {
    own: (a, b) => ownOrder(a.group.predicates[0]!, b.group.predicates[0]!),
    size: (a, b) => b.group.predictions - a.group.predictions,
    worst: (a, b) => Number(a.uncertain) - Number(b.uncertain) || (b.shade ?? -2) - (a.shade ?? -2),
    impact: (a, b) => Math.sign(b.shade ?? 0) * weight(b) - Math.sign(a.shade ?? 0) * weight(a),
  };
  return [...bars].sort(by[order]);
}

/** Bins and numbers ascend, texts are alphabetical; what is missing and all others come last. */
export function ownOrder(a: GroupPredicate, b: GroupPredicate): number {
  const rank = (p: GroupPredicate) => (p.op === 'between' ? 0 : p.op === 'eq' ? 1 : p.op === 'not_in' ? 2 : 3);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a.op === 'between') return (a.value as number[])[0]! - (b.value as number[])[0]!;
  return String(a.value).localeCompare(String(b.value), 'en', { numeric: true });
}

export type Matrix = { columns: string[]; rows: string[]; cells: { column: number; row: number; bar: Bar }[] };
/** Two fields as a table: the first down, the second across, both in their own order. */
export function prepareMatrix({ bars }: Groups): Matrix {
  const axis = (at: number) => {
    const seen = new Map<string, { predicate: GroupPredicate; label: string }>();
    for (const b of bars)
      seen.set(keyOf(b.group.predicates[at]), { predicate: b.group.predicates[at]!, label: b.labels[at]! });
    return [...seen].sort(([, a], [, b]) => ownOrder(a.predicate, b.predicate));
  };
  const [down, across] = [axis(0), axis(1)];
  const at = (list: typeof down, p: GroupPredicate | undefined) => list.findIndex(([key]) => key === keyOf(p));
  return {
    rows: down.map(([, { label }]) => label),
    columns: across.map(([, { label }]) => label),
    cells: bars.map((bar) => ({
      row: at(down, bar.group.predicates[0]),
      column: at(across, bar.group.predicates[1]),
      bar,
    })),
  };
}

const keyOf = (p: GroupPredicate | undefined): string => JSON.stringify(p);
