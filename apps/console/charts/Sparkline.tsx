import { prepareSpark, type SparkPoint } from './sparkline.prepare';

/** The last windows of a metric: solid where labels are in, dashed (estimated) while they still come; the reference as a thin line. */
export function Sparkline({
  points,
  reference,
  label,
  width = 120,
  height = 30,
  tone = 'accent',
}: {
  points: SparkPoint[];
  reference: number | null;
  label: string;
  width?: number;
  height?: number;
  tone?: 'accent' | 'critical' | 'warning';
}) {
  const spark = prepareSpark(points, reference, width, height);
  const colour = `var(--${tone})`;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      className="shrink-0"
    >
      {spark.reference !== null && (
        <line
          x1="0"
          x2={width}
          y1={spark.reference}
          y2={spark.reference}
          stroke="var(--reference)"
          strokeDasharray="3 3"
          opacity="0.7"
        />
      )}
      {spark.solid.map((line) => (
        <polyline
          key={line}
          points={line}
          fill="none"
          stroke={colour}
          strokeWidth="1.5"
          strokeLinejoin="round"
          strokeLinecap="round"
        />
      ))}
      {spark.dashed.map((line) => (
        <polyline
          key={line}
          points={line}
          fill="none"
          stroke="var(--note)"
          strokeWidth="1.5"
          strokeDasharray="2 2.5"
          opacity="0.8"
        />
      ))}
      {spark.last && <circle cx={spark.last.x} cy={spark.last.y} r="2.25" fill={colour} />}
    </svg>
  );
}

/** A bar per window, as high as the share of its predictions that have a label. */
export function CoverageStrip({
  points,
  label,
  width = 96,
  height = 14,
}: {
  points: SparkPoint[];
  label: string;
  width?: number;
  height?: number;
}) {
  const { coverage } = prepareSpark(points, null, width, height);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
      className="shrink-0"
    >
      {coverage.map((c) => (
        <g key={c.x}>
          <rect x={c.x} width={c.width} y="0" height={height} fill="var(--shade)" />
          <rect
            x={c.x}
            width={c.width}
            y={height * (1 - c.share)}
            height={height * c.share}
            fill="var(--accent)"
            opacity="0.55"
          />
        </g>
      ))}
    </svg>
  );
}
