import type { DriftWindow, ModelView } from '@plumbline/contracts';

export type HeatCell = {
  start: number;
  end: number;
  value: number | null;
  threshold: number | null;
  drifted: boolean /** value / threshold */;
  ratio: number | null;
  missingRate: number | null;
  n: number;
};
export type HeatRow = {
  name: string;
  kind: 'feature' | 'prediction' | 'label';
  importance: number | null;
  source: string | null;
  cells: Map<number, HeatCell>;
  latest: HeatCell | null;
  drifted: number;
  weight: number;
};
export type Heatmap = {
  rows: HeatRow[];
  starts: number[];
  ends: number[];
  share: { start: number; share: number | null }[];
};

const KIND_ORDER = { prediction: 0, label: 1, feature: 2 };
export const kindOf = (name: string): HeatRow['kind'] =>
  name.startsWith('prediction.') ? 'prediction' : name === 'label' ? 'label' : 'feature';

/**
 * Features by importance × drift, so that what moved *and* matters is on top; predictions and labels stand apart, above.
 * Drift of a feature is its worst window relative to the threshold; `latest` is the newest window that is over. Unknown importance counts like the usual one.
 */
export function prepareHeatmap(
  windows: DriftWindow[],
  schema: ModelView['schema'],
  measure: string,
  now = Number.POSITIVE_INFINITY,
): Heatmap {
  const facts = new Map(schema.map((f) => [f.name, f]));
  const known = schema.flatMap((f) => (f.importance === null ? [] : [f.importance]));
  const usual = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 1;

  const rows = new Map<string, HeatRow>();
  const ordered = [...windows].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  for (const w of ordered) {
    const [start, end] = [Date.parse(w.start), Date.parse(w.end)];
    for (const [name, drift] of Object.entries(w.features)) {
      const m = drift.measures[measure];
      const value = m?.value ?? null;
      const threshold = m?.threshold ?? null;
      const cell: HeatCell = {
        start,
        end,
        value,
        threshold,
        drifted: m?.drifted === true,
        ratio: value !== null && threshold !== null && threshold > 0 ? value / threshold : null,
        missingRate: drift.missing_rate,
        n: drift.n,
      };
      let row = rows.get(name);
      if (!row) {
        row = {
          name,
          kind: kindOf(name),
          importance: drift.importance?.value ?? facts.get(name)?.importance ?? null,
          source: facts.get(name)?.source ?? null,
          cells: new Map(),
          latest: null,
          drifted: 0,
          weight: 0,
        };
        rows.set(name, row);
      }
      row.cells.set(start, cell);
      // The running window has too few rows to speak for now.
      if (end <= now || row.latest === null) row.latest = cell;
      if (cell.drifted) row.drifted++;
    }
  }
  for (const row of rows.values()) {
    const worst = Math.max(0, ...[...row.cells.values()].map((c) => c.ratio ?? 0));
    row.weight = worst * (row.importance ?? usual);
  }
  return {
    rows: [...rows.values()].sort(
      (a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind] || b.weight - a.weight || a.name.localeCompare(b.name),
    ),
    starts: ordered.map((w) => Date.parse(w.start)),
    ends: ordered.map((w) => Date.parse(w.end)),
    share: ordered.map((w) => ({ start: Date.parse(w.start), share: w.drifted_share })),
  };
}

/** 0…1 for the colour of a cell: half way is the threshold, full is three times it. */
export function heat(ratio: number | null): number | null {
  if (ratio === null) return null;
  if (ratio <= 1) return 0.5 * Math.max(0, ratio);
  return Math.min(1, 0.5 + (ratio - 1) / 4);
}
