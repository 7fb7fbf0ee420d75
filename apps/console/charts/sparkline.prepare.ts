export type SparkPoint = {
  start: string;
  value: number | null;
  /** As expected from the scores: what stands for a window until its labels are in. */
  estimated: number | null;
  coverage: number;
  predictions: number;
};
export type Spark = {
  /** Polylines of windows whose labels are in, and of those still filling (drawn dashed, estimated where that is known), in a 0..width × 0..height box. */
  solid: string[];
  dashed: string[];
  reference: number | null;
  last: { x: number; y: number } | null;
  coverage: { x: number; width: number; share: number }[];
};

/**
 * Whether the labels of a window are in. Only the newest windows can still fill: a thin one between full ones stays thin.
 * Full is near what the windows of the model usually reach: with 5 % of all predictions ever labelled, 5 % is full.
 */
export function filled(coverages: (number | null)[]): boolean[] {
  const known = coverages.filter((c): c is number => c !== null && c > 0).sort((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)] ?? 0;
  const last = coverages.findLastIndex((c) => c !== null && c > 0 && c >= 0.7 * usual);
  return coverages.map((_, i) => i <= last);
}

export function prepareSpark(points: SparkPoint[], reference: number | null, width: number, height: number): Spark {
  const full = filled(points.map((p) => p.coverage));
  const shown = points.map((p, i) => (full[i] ? p.value : (p.estimated ?? p.value)));
  const values = shown.filter((v) => v !== null);
  const all = reference === null ? values : [...values, reference];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || Math.abs(high) || 1;
  const pad = 3;
  const x = (i: number) => (points.length < 2 ? width / 2 : pad + (i * (width - 2 * pad)) / (points.length - 1));
  const y = (v: number) => height - pad - ((v - low) / span) * (height - 2 * pad);

  const solid: string[] = [];
  const dashed: string[] = [];
  let run: string[] = [];
  let runFull = true;
  const end = () => {
    if (run.length > 0) (runFull ? solid : dashed).push(run.join(' '));
    run = [];
  };
  let last: Spark['last'] = null;
  shown.forEach((value, i) => {
    if (value === null) {
      end();
      return;
    }
    const at = `${round(x(i))},${round(y(value))}`;
    if (run.length > 0 && full[i] !== runFull) {
      // The segment that leads into the new kind belongs to it.
      const joint = run.at(-1)!;
      end();
      run = [joint];
    }
    runFull = full[i] ?? true;
    run.push(at);
    last = { x: round(x(i)), y: round(y(value)) };
  });
  end();
  const step = width / Math.max(1, points.length);
  return {
    solid,
    dashed,
    reference: reference === null || all.length === 0 ? null : round(y(reference)),
    last,
    coverage: points.map((p, i) => ({
      x: round(i * step),
      width: round(Math.max(1, step - 0.75)),
      share: Math.max(0, Math.min(1, p.coverage)),
    })),
  };
}

const round = (v: number) => Math.round(v * 10) / 10;
