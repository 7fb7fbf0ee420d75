import type { Evidence, Finding, MonitorBody, MonitorKind } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Probes, Windows } from '../probes.js';

export type Asked = { model: ModelContext; body: MonitorBody; probes: Probes; nowMs: number };
/** Findings of one window; `message` says in one sentence what they amount to. */
export type Judged = { findings: Finding[]; message: string };

/** One kind of monitor: how it reads its windows, many at a time, and what it says of each. */
export type Kind = {
  /** The incident family: firing monitors of one family and model are one problem. */
  family: 'performance' | 'drift' | 'data';
  judge(asked: Asked, windows: Windows): Promise<Map<number, Judged>>;
  /** Where the problem sits, for the evidence. */
  locate?(asked: Asked, window: { start: number; end: number }, bad: readonly Finding[]): Promise<Evidence['slices']>;
};
export type Kinds = Record<MonitorKind, Kind>;

export const starts = ({ from, to, stepMs }: Windows): number[] => {
  const out: number[] = [];
  for (let start = from; start < to; start += stepMs) out.push(start);
  return out;
};

export const noData = (subject: string, message: string, n = 0): Judged => ({
  findings: [{ subject, state: 'no_data', value: null, threshold: null, n, message }],
  message,
});
const RANK: Record<Finding['state'], number> = { bad: 0, ok: 1, no_data: 2 };
/** What is bad comes first: only the first findings of a look are kept. */
export const badFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => RANK[a.state] - RANK[b.state]);
/** There is no reference, or none of the name that the monitor says. */
export const noReference = ({ compare }: MonitorBody): string =>
  compare?.reference === undefined
    ? 'There is no reference to compare with. Upload one: POST /v1/models/MODEL/references.'
    : `There is no reference '${compare.reference}' to compare with. Upload it: POST /v1/models/MODEL/references?name=${compare.reference}.`;

/** Features that a monitor names and nothing is known of: it says so, so that a slip of the pen is not silence. */
export const unknownFeatures = (names: readonly string[], why: (name: string) => string): Finding[] =>
  names.map((name) => ({ subject: name, state: 'no_data', value: null, threshold: null, n: 0, message: why(name) }));
export const scopeOf = (body: MonitorBody) => ({ filters: body.slice });
/** The same slice of what has other versions or none: which version is judged is not said of it. */
export const scopeOfOther = (body: MonitorBody) => ({ filters: body.slice.filter((f) => f.field !== 'version') });
