import type { Estimate } from '../estimate.js';
import { metricBounds } from '../metrics/direction.js';

/** Nearest that a value between two bounds comes to one of them before a slope is taken, as a share of their distance. */
const EDGE = 1e-9;

/**
 * The scale on which errors of estimates are compared and added: there a metric near its bound errs as widely as one in
 * the middle. `asin √((v-min)/(max-min))` between two bounds, `ln v` with a lower bound of 0 only, else v itself.
 */
export interface MetricScale {
  to(value: number): number;
  /** d to(v)/dv. */
  slope(value: number): number;
  from(scaled: number): number;
}

/** The scale of a metric, by its bounds. Shapes: the metric's name, with or without `:CLASS`. */
export function metricScale(metric: string): MetricScale {
  const { min, max } = metricBounds(metric);
  if (Number.isFinite(min) && Number.isFinite(max)) {
    const range = max - min;
    const share = (value: number) => Math.min(1, Math.max(0, (value - min) / range));
    return {
      to: (value) => Math.asin(Math.sqrt(share(value))),
      slope: (value) => {
        const inner = Math.min(1 - EDGE, Math.max(EDGE, share(value)));
        return 1 / (2 * range * Math.sqrt(inner * (1 - inner)));
      },
      from: (scaled) => min + range * Math.sin(Math.min(Math.PI / 2, Math.max(0, scaled))) ** 2,
    };
  }
  if (min === 0)
    return { to: (value) => Math.log(value), slope: (value) => 1 / value, from: (scaled) => Math.exp(scaled) };
  return { to: (value) => value, slope: () => 1, from: (scaled) => scaled };
}

/** The interval `from(to(value) ± half)`; it always holds the value. */
export function scaledInterval(metric: string, value: number, half: number): Estimate {
  const scale = metricScale(metric);
  const centre = scale.to(value);
  if (!Number.isFinite(centre) || !Number.isFinite(half)) return { value, low: null, high: null };
  return {
    value,
    low: Math.min(value, scale.from(centre - half)),
    high: Math.max(value, scale.from(centre + half)),
  };
}
