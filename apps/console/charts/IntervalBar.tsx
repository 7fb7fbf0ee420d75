/** A value with its interval on a line, and where the reference is: the comparison without reading a number. */
export function IntervalBar({
  value,
  low,
  high,
  reference,
  tone = 'accent',
  label,
}: {
  value: number;
  low: number | null;
  high: number | null;
  reference: number | null;
  tone?: 'accent' | 'critical' | 'ok';
  label: string;
}) {
  const all = [value, low ?? value, high ?? value, ...(reference === null ? [] : [reference])];
  const [min, max] = [Math.min(...all), Math.max(...all)];
  const pad = (max - min || Math.abs(max) || 1) * 0.18;
  const x = (v: number) => ((v - min + pad) / (max - min + 2 * pad)) * 100;
  const colour = `var(--${tone})`;
  return (
    <svg
      viewBox="0 0 100 12"
      preserveAspectRatio="none"
      className="h-3 w-full overflow-visible"
      role="img"
      aria-label={label}
    >
      <line x1="0" x2="100" y1="6" y2="6" stroke="var(--line)" vectorEffect="non-scaling-stroke" />
      <line
        x1={x(low ?? value)}
        x2={x(high ?? value)}
        y1="6"
        y2="6"
        stroke={colour}
        strokeWidth="5"
        strokeOpacity="0.3"
        vectorEffect="non-scaling-stroke"
      />
      {reference !== null && (
        <line
          x1={x(reference)}
          x2={x(reference)}
          y1="0"
          y2="12"
          stroke="var(--reference)"
          strokeWidth="1.5"
          strokeDasharray="3 2"
          vectorEffect="non-scaling-stroke"
        />
      )}
      <line
        x1={x(value)}
        x2={x(value)}
        y1="2"
        y2="10"
        stroke={colour}
        strokeWidth="2.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
