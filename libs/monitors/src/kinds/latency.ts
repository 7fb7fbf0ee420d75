import type { Finding } from '@plumbline/contracts';
import { quantileAbove, usualQuantiles } from '@plumbline/stats';
import { quantileOf } from '../contract/judge.js';
import { levelOf } from '../level.js';
import { show, showDuration } from '../words.js';
import { type Asked, type Judged, type Kind, noData, scopeOf, starts } from './kind.js';
import { performanceKind } from './performance.js';

const METRICS = [
  { metric: 'latency_p50', level: 0.5 },
  { metric: 'latency_p95', level: 0.95 },
] as const;
const MIN_ROWS = 100;
/** Earlier windows that must have as many rows, and how many are looked at: the nearer half for a jump, the farther half for a slow leak. */
const EARLIER_MIN = 3;
const NEAR = 7;
const FAR = 14;
const TOLERANCE = 0.1;
/** Two-sided 99 %. */
const Z99 = 2.5758293035489004;

/**
 * Response times, median and 95th percentile, against earlier windows. Both what windows differ by among themselves and the number of
 * rows decide (a sign test against a prediction limit), each at the level that the false-alarm budget leaves for one look; a second look further back sees what grows a little every day. Other rules (a
 * threshold, groups, another version) are judged as any metric is.
 */
export const latencyKind: Kind = {
  family: 'performance',
  async judge(asked, windows) {
    const { model, body, probes } = asked;
    const plain = body.per.length === 0 && !body.condition && (body.compare?.to ?? 'previous') === 'previous';
    const metrics = METRICS.filter((m) => body.target.metric === undefined || body.target.metric === m.metric);
    if (!plain || metrics.length === 0) return asMetric(asked, windows);
    const scope = scopeOf(body);
    const levels = metrics.map((m) => m.level);
    const seen = await probes.latencies(
      model,
      { ...windows, from: windows.from - FAR * windows.stepMs },
      scope,
      levels,
    );
    const min = body.min_samples ?? MIN_ROWS;
    // Every metric is looked at twice: near and far.
    const names = 2 * metrics.length;
    const z = Math.max(Z99, quantileOf(levelOf(body), names));
    const usual = (start: number, i: number) => {
      const group = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, k) => seen.get(start - (from + k + 1) * windows.stepMs)).flatMap((e) =>
          e && e.n >= min && e.quantiles[i]! > 0 ? [e.quantiles[i]!] : [],
        );
      const [near, far] = usualQuantiles([group(0, NEAR), group(NEAR, FAR)], {
        tolerance: body.compare?.tolerance ?? TOLERANCE,
        level: levelOf(body) / names,
      });
      return { near: near ?? null, far: far ?? null };
    };
    // Per window the limits of every metric, near and far: which rows lie above them is one question for all.
    const limits = new Map(
      starts(windows)
        .filter((s) => (seen.get(s)?.n ?? 0) >= min)
        .map((s) => [s, metrics.map((_, i) => usual(s, i))] as const),
    );
    const asking = new Map(
      [...limits].flatMap(([s, of]) =>
        of.some((l) => l.near) ? [[s, of.flatMap((l) => [l.near?.limit ?? null, l.far?.limit ?? null])] as const] : [],
      ),
    );
    const slower = asking.size > 0 ? await probes.slower(model, windows, scope, asking) : new Map<number, number[]>();
    return new Map(
      starts(windows).map((start): [number, Judged] => {
        const here = seen.get(start);
        if (!here || here.n < min)
          return [
            start,
            noData('latency', `${here?.n ?? 0} predictions with a latency; ${min} are needed.`, here?.n ?? 0),
          ];
        const beyond = slower.get(start);
        if (!beyond)
          return [
            start,
            noData('latency', `${EARLIER_MIN} earlier windows of ${showDuration(windows.stepMs)} are needed.`, here.n),
          ];
        const findings = metrics.flatMap(({ metric, level }, i): Finding[] => {
          const { near, far } = limits.get(start)![i]!;
          if (!near) return [];
          const jumped = quantileAbove(beyond[2 * i]!, here.n, level, z);
          const leaked = far !== null && quantileAbove(beyond[2 * i + 1]!, here.n, level, z);
          const against = !jumped && leaked ? far : near;
          const when = against === far ? `${NEAR} to ${FAR} windows ago` : 'in the windows before';
          const value = here.quantiles[i]!;
          return [
            {
              subject: metric,
              state: jumped || leaked ? 'bad' : 'ok',
              value,
              threshold: against.limit,
              baseline: against.usual,
              n: here.n,
              message: `${metric} is ${show(value)} ms, it was ${show(against.usual)} ms ${when}${jumped || leaked ? ` (usual up to ${show(against.limit)} ms)` : ''}.`,
              details: { metric, check: 'latency', slow_leak: !jumped && leaked, above_limit: beyond[2 * i]! / here.n },
            },
          ];
        });
        const lead = findings.find((f) => f.state === 'bad') ?? findings.at(-1)!;
        return [start, { findings, message: lead.message }];
      }),
    );
  },
};

const asMetric = (asked: Asked, windows: Parameters<Kind['judge']>[1]) =>
  performanceKind.judge(
    {
      ...asked,
      body: {
        ...asked.body,
        min_coverage: 0,
        target: { metric: asked.body.target.metric ?? 'latency_p95' },
        compare: asked.body.compare ?? { to: asked.body.condition ? 'threshold' : 'previous' },
      },
    },
    windows,
  );
