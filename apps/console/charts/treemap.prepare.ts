import { hierarchy, treemap } from 'd3-hierarchy';
import type { Bar } from './groups.prepare';

type Place = { left: number; top: number; width: number; height: number };
export type Tile = Place & { bar: Bar; name: string };
export type Frame = Place & { name: string };
type Node = { name: string; bar?: Bar; children?: Node[] };

const GAP = 2;
const HEADER = 20;

/** Areas in pixels, as large as the groups' traffic; of two fields the groups of the second lie in frames of the first. */
export function prepareTreemap(
  bars: readonly Bar[],
  width: number,
  height: number,
): { frames: Frame[]; tiles: Tile[] } {
  const drawn = bars.filter((b) => b.group.predictions > 0);
  if (drawn.length === 0 || width <= 0) return { frames: [], tiles: [] };
  const nested = drawn.some((b) => b.labels.length > 1);
  const root = hierarchy<Node>({ name: '', children: nested ? framed(drawn) : drawn.map((b) => leaf(b, 0)) })
    .sum((node) => node.bar?.group.predictions ?? 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const laid = treemap<Node>()
    .size([width, height])
    .paddingInner(GAP)
    .paddingOuter((node) => (node.depth === 1 ? GAP : 0))
    .paddingTop((node) => (node.depth === 1 ? HEADER : 0))
    .round(true)(root);
  const place = (node: (typeof laid.children & object)[number]): Place => ({
    left: node.x0,
    top: node.y0,
    width: node.x1 - node.x0,
    height: node.y1 - node.y0,
  });
  return {
    frames: nested ? (laid.children ?? []).map((node) => ({ ...place(node), name: node.data.name })) : [],
    tiles: laid.leaves().map((node) => ({ ...place(node), bar: node.data.bar!, name: node.data.name })),
  };
}

const leaf = (bar: Bar, field: number): Node => ({ name: bar.labels[field] ?? 'all rows', bar });

function framed(bars: readonly Bar[]): Node[] {
  const outer = new Map<string, Node[]>();
  for (const bar of bars) {
    const name = bar.labels[0] ?? 'all rows';
    outer.set(name, [...(outer.get(name) ?? []), leaf(bar, 1)]);
  }
  return [...outer].map(([name, children]) => ({ name, children }));
}
