import type { Api } from './performance.lanes';

export type Marks = {
  shape: 'circle' | 'diamond';
  fill: string;
  border?: string;
  borderWidth?: number;
  /** In pixels, by the point's number; 0 draws none. */
  size: (index: number) => number;
};
export type Stroke = {
  points: readonly [x: number, y: number][];
  colour: string;
  width: number;
  dash?: number[];
  /** Level until the next x, then up or down to it. */
  steps?: boolean;
  /** Fills what lies under the line. */
  area?: string;
  marks?: Marks | false;
  z: number;
};
type Pixel = [x: number, y: number];

/**
 * A line through points in its grid, as one shape. The engine's own line series costs each page 11 kB for what this does;
 * gaps are the caller's: one stroke a stretch.
 */
export const stroke = ({ points, colour, width, dash, steps = false, area, marks, z }: Stroke): object => ({
  type: 'custom',
  data: points,
  z,
  silent: true,
  clip: true,
  renderItem: (params: { dataIndex: number; coordSys: { y: number; height: number } }, api: Api) => {
    if (params.dataIndex !== 0) return;
    const at = points.map((p) => api.coord([p[0], p[1]]) as Pixel);
    const path = steps ? cornered(at) : at;
    const bottom = params.coordSys.y + params.coordSys.height;
    return {
      type: 'group',
      children: [
        ...(area && path.length > 1
          ? [polygon([...path, [path.at(-1)![0], bottom], [path[0]![0], bottom]], { fill: area })]
          : []),
        ...(path.length > 1
          ? [
              {
                type: 'polyline',
                shape: { points: path },
                style: { stroke: colour, lineWidth: width, lineDash: dash, fill: 'none', lineJoin: 'round' },
              },
            ]
          : []),
        ...(marks ? at.flatMap((p, i) => marked(p, marks, marks.size(i))) : []),
      ],
    };
  },
});

/** Nothing to see: the crosshair stops at each x, also where there is no value. */
export const stops = (xs: readonly number[], y: number): object => ({
  type: 'custom',
  data: xs.map((x) => [x, y]),
  silent: true,
  renderItem: () => undefined,
});

const cornered = (points: readonly Pixel[]): Pixel[] =>
  points.flatMap(([x, y], i): Pixel[] =>
    i === 0
      ? [[x, y]]
      : [
          [x, points[i - 1]![1]],
          [x, y],
        ],
  );

const polygon = (points: readonly Pixel[], style: object) => ({ type: 'polygon', shape: { points }, style });

function marked([x, y]: Pixel, { shape, fill, border, borderWidth = 0 }: Marks, size: number): object[] {
  if (size <= 0) return [];
  const style = { fill, stroke: border, lineWidth: borderWidth };
  const r = size / 2;
  return shape === 'circle'
    ? [{ type: 'circle', shape: { cx: x, cy: y, r }, style }]
    : [
        polygon(
          [
            [x, y - r],
            [x + r, y],
            [x, y + r],
            [x - r, y],
          ],
          style,
        ),
      ];
}
