import type { ContractView, DriftWindow, Filter, PerformanceWindow } from '@plumbline/contracts';
import type { ModelContext } from '@plumbline/control';
import type { Estimate } from '@plumbline/stats';
import type { Refused, Seen } from './contract/seen.js';

/** Windows [from + i·step, from + (i+1)·step) up to `to`. */
export type Windows = { from: number; to: number; stepMs: number };
/** What the rows of a group have in common, by field. */
export type Group = Record<string, string | null>;
export type Scope = { filters: readonly Filter[]; version?: string };

export type ReferenceFacts = {
  name: string;
  id: string;
  rows: number;
  version: string | null;
  metrics: Record<string, Estimate>;
  features: Record<
    string,
    {
      type: string;
      missingRate: number;
      n: number /** Share of a text's values that read as numbers. */;
      numbers?: number;
    }
  >;
};
/** Names whose values are asked for. `min` and `max` say which values are counted as outside. */
export type ValuesAsked = {
  ranges: readonly { place: 'feature' | 'output'; name: string; min: number | null; max: number | null }[];
  categories: readonly { place: 'feature' | 'output'; name: string }[];
  /** Only these names, not everything that the rows hold. */
  only?: boolean;
};
export type Concentration = {
  field: string;
  value: string | null;
  n: number;
  share: number;
  error: number;
  rest: number;
  explains: number;
};

/** What monitors may ask of the rest of the system; the worker provides it, tests may too. */
export type Probes = {
  performance(
    model: ModelContext,
    windows: Windows,
    scope: Scope,
    /** `asOf`: the labels that were known then, or so long after the end of each window. */
    ask: { metrics: string[]; groupBy?: string[]; groups?: Group[]; asOf?: number | { afterMs: number } },
  ): Promise<PerformanceWindow[]>;
  /** The same of the rows of a stored reference, all of them one window; null if there is none. */
  ofReference(
    model: ModelContext,
    which: { name?: string; version?: string },
    scope: Scope,
    ask: { metrics: string[]; groupBy?: string[]; groups?: Group[] },
  ): Promise<{ name: string; windows: PerformanceWindow[] } | null>;
  /** The groups of a range with the most predictions, largest first, and how many groups there are. */
  groups(
    model: ModelContext,
    range: { from: number; to: number },
    scope: Scope,
    fields: string[],
    most: number,
  ): Promise<{ groups: Group[]; all: number }>;
  /** `null` when there is nothing to compare with. */
  drift(
    model: ModelContext,
    windows: Windows,
    scope: Scope,
    ask: {
      measure: string;
      features?: string[];
      reference?: string;
      /** Instead of a stored one: a fixed range, each window's own past, or its rows of another version. */
      against?: { from: number; to: number } | { trailingMs: number } | { earlierMs: number } | { version: string };
      targets?: ('features' | 'prediction')[];
    },
    /** `lacks`: why there is nothing to compare with after all. */
  ): Promise<{ windows: DriftWindow[]; reference: { name: string; rows: number }; lacks?: string } | null>;
  reference(model: ModelContext, name?: string, version?: string): Promise<ReferenceFacts | null>;
  /** Predictions per window (windows without any are absent). */
  counts(model: ModelContext, windows: Windows, scope: Scope): Promise<Map<number, number>>;
  /** The newest prediction and the gaps between neighbours of the last two weeks, in ms. */
  freshness(
    model: ModelContext,
    nowMs: number,
    scope?: Scope,
  ): Promise<{ lastEventMs: number | null; gapP99Ms: number | null; gapMaxMs: number | null }>;
  /** Pauses between neighbouring predictions of a range that lasted a minute or more, oldest first, and when the last prediction was. */
  silences(
    model: ModelContext,
    from: number,
    to: number,
    scope?: Scope,
  ): Promise<{ lastEventMs: number | null; firstEventMs?: number | null; gaps: { from: number; to: number }[] }>;
  /** How long after their time predictions arrive; null with too few rows. */
  arrival(model: ModelContext, from: number, to: number): Promise<{ p50Ms: number; p95Ms: number } | null>;
  /** Features seen in a range: how many rows hold them as which type. */
  schema(
    model: ModelContext,
    from: number,
    to: number,
    scope: Scope,
  ): Promise<{ rows: number; features: Record<string, { numeric: number; categorical: number }> }>;
  /** When the newest version was first seen; `earlier`: another one served before it. */
  newestVersion(model: ModelContext): Promise<{ version: string; firstMs: number; earlier?: boolean } | null>;
  /** The newest deploy that somebody noted, epoch ms. */
  newestDeploy(model: ModelContext): Promise<number | null>;
  /** The data contract in force. */
  contract(model: ModelContext): Promise<ContractView>;
  /** What windows hold of features and outputs; windows without rows are absent. */
  values(model: ModelContext, windows: Windows, scope: Scope, ask: ValuesAsked): Promise<Map<number, Seen>>;
  /** Predictions refused for their values, by the window in which they arrived. */
  refused(model: ModelContext, windows: Windows): Promise<Map<number, Refused>>;
  /** Quantiles of the response times per window. */
  latencies(
    model: ModelContext,
    windows: Windows,
    scope: Scope,
    levels: readonly number[],
  ): Promise<Map<number, { n: number; quantiles: number[] }>>;
  /** How many response times of a window lie above each of its limits (null: not asked). */
  slower(
    model: ModelContext,
    windows: Windows,
    scope: Scope,
    limits: ReadonlyMap<number, readonly (number | null)[]>,
  ): Promise<Map<number, number[]>>;
  /** Served predictions whose id a reference has too, and in how many of them each feature has another value there. */
  sameIds(
    model: ModelContext,
    windows: Windows,
    scope: Scope,
    referenceId: string,
  ): Promise<Map<number, { rows: number; differ: ReadonlyMap<string, number> }>>;
  /** In which values of which fields a problem is concentrated: of errors, of missing values, or of values out of a range. */
  concentrate(
    model: ModelContext,
    range: { from: number; to: number },
    scope: Scope,
    what:
      | { kind: 'error' }
      | { kind: 'missing'; feature: string }
      | { kind: 'outside'; feature: string; low: number; high: number }
      | { kind: 'unseen'; feature: string; known: string[] },
  ): Promise<Concentration[]>;
};
