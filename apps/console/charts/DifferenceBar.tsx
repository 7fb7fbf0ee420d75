/** A difference with its interval around zero: which side it is on, without reading a number. */
export function DifferenceBar({
  value,
  low,
  high,
  tone,
  label,
  reach: least = 0,
}: {
  value: number;
  low: number | null;
  high: number | null;
  tone: 'ok' | 'critical' | 'accent' | 'muted';
  label: string;
  /** What several bars reach together, so that they can be compared. */
  reach?: number;
}) {
  const [from, to] = [low ?? value, high ?? value];
  const reach = Math.max(least, Math.abs(from), Math.abs(to), Math.abs(value)) * 1.15 || 1;
  const x = (v: number) => 50 + (v / reach) * 50;
  const colour = `var(--${tone})`;
  return (
    <svg viewBox="0 0 100 16" preserveAspectRatio="none" className="h-4 w-full" role="img" aria-label={label}>
      <line x1="0" x2="100" y1="8" y2="8" stroke="var(--line)" vectorEffect="non-scaling-stroke" />
      <line
        x1="50"
        x2="50"
        y1="0"
        y2="16"
        stroke="var(--reference)"
        strokeDasharray="3 2"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
      <line
        x1={x(from)}
        x2={x(to)}
        y1="8"
        y2="8"
        stroke={colour}
        strokeWidth="6"
        strokeOpacity="0.32"
        vectorEffect="non-scaling-stroke"
      />
      <line
        x1={x(value)}
        x2={x(value)}
        y1="3"
        y2="13"
        stroke={colour}
        strokeWidth="2.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
