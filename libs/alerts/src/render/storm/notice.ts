import type { Severity } from '@plumbline/contracts';

/** One of many problems that are told together. */
export type StormIncident = {
  id: string;
  number: number;
  model: string;
  title: string;
  severity: Severity;
  state: 'open' | 'acknowledged' | 'resolved';
  opened_at: string;
  resolved_at: string | null;
  /** As it is now it was in a message that was delivered. */
  told: boolean;
};

/** A storm as one channel is told of it now. */
export type StormNotice = {
  id: string;
  state: 'open' | 'resolved';
  openedAt: string;
  /** Unresolved before resolved, not yet told before told, the worst first. */
  incidents: StormIncident[];
  consoleUrl: string;
  dedupKey: string;
  /** Grows by one with every message of the storm. */
  sequence: number;
  at: string;
  receipt?: string;
  repeat?: boolean;
};

/** What a message became, and which problems it names. */
export type StormMessage<T> = { body: T; named: string[] };

export const modelsOf = (incidents: readonly StormIncident[]): string[] => [...new Set(incidents.map((i) => i.model))];

/** `87 incidents of 12 models`. */
export function stormWords({ incidents }: StormNotice): string {
  const models = modelsOf(incidents).length;
  return `${incidents.length} incidents of ${models} ${models === 1 ? 'model' : 'models'}`;
}

export const unresolved = ({ incidents }: StormNotice): StormIncident[] =>
  incidents.filter((i) => i.state !== 'resolved');

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };
/** The severity of the worst that is not resolved; of the worst of all if everything is. */
export function worst(n: StormNotice): Severity {
  const of = unresolved(n).length > 0 ? unresolved(n) : n.incidents;
  return of.map((i) => i.severity).sort((a, b) => RANK[a] - RANK[b])[0] ?? 'info';
}
/** In the order of {@link StormNotice.incidents}. */
export const inOrder = (incidents: readonly StormIncident[]): StormIncident[] =>
  [...incidents].sort(
    (a, b) =>
      Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
      Number(a.told) - Number(b.told) ||
      RANK[a.severity] - RANK[b.severity] ||
      a.number - b.number,
  );
