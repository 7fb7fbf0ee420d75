import type { FeatureProfile } from '@plumbline/contracts';
import { number } from '../lib/format';

export type Bin = { label: string; short: string; reference: number | null; current: number | null; fresh: boolean };
export type Distribution = { bins: Bin[]; kind: 'numeric' | 'categorical'; hidden: number };

const CATEGORIES_SHOWN = 20;

/** Shares of the rows in each bin or category, of both sides, over the same bins. Null when the two cannot be laid over each other. */
export function prepareDistribution(
  reference: FeatureProfile | null,
  current: FeatureProfile | null,
): Distribution | null {
  const model = reference ?? current;
  if (!model) return null;
  return model.type === 'numeric' ? numeric(reference, current) : categorical(reference, current);
}

function numeric(reference: FeatureProfile | null, current: FeatureProfile | null): Distribution | null {
  const edges = reference?.edges ?? current?.edges;
  const counts = (p: FeatureProfile | null) => (p?.counts && sameEdges(p.edges, edges) ? p.counts : null);
  const [a, b] = [counts(reference), counts(current)];
  const bins = (a ?? b)?.length ?? 0;
  if (!edges || bins === 0) return null;
  // Inner edges only: the first and last bin are open. All edges: each bin lies between two.
  const open = edges.length === bins - 1;
  if (!open && edges.length !== bins + 1) return null;
  const share = (c: number[] | null, i: number) => (c ? (c[i] ?? 0) / Math.max(1, total(c)) : null);
  return {
    kind: 'numeric',
    hidden: 0,
    bins: Array.from({ length: bins }, (_, i) => {
      const low = open ? edges[i - 1] : edges[i];
      const high = open ? edges[i] : edges[i + 1];
      const label =
        low === undefined
          ? `≤ ${number(high)}`
          : high === undefined
            ? `> ${number(low)}`
            : `${number(low)} – ${number(high)}`;
      return { label, short: number(low ?? high), reference: share(a, i), current: share(b, i), fresh: false };
    }),
  };
}

function categorical(reference: FeatureProfile | null, current: FeatureProfile | null): Distribution {
  const shares = (p: FeatureProfile | null) =>
    new Map((p?.categories ?? []).map((c) => [c.value, c.count / Math.max(1, p!.n)]));
  const [a, b] = [shares(reference), shares(current)];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort(
    (x, y) => Math.max(b.get(y) ?? 0, a.get(y) ?? 0) - Math.max(b.get(x) ?? 0, a.get(x) ?? 0),
  );
  return {
    kind: 'categorical',
    hidden: Math.max(0, names.length - CATEGORIES_SHOWN),
    bins: names.slice(0, CATEGORIES_SHOWN).map((name) => ({
      label: name,
      short: name,
      reference: reference ? (a.get(name) ?? 0) : null,
      current: current ? (b.get(name) ?? 0) : null,
      fresh: reference !== null && !a.has(name),
    })),
  };
}

const total = (counts: number[]) => counts.reduce((sum, c) => sum + c, 0);
const sameEdges = (a: number[] | undefined, b: number[] | undefined) =>
  !a || !b || (a.length === b.length && a.every((v, i) => v === b[i]));
