import type { Granularity } from '@plumbline/contracts';

/** The time range of a page as the URL has it: `range=7d`, or `from=…&to=…` when it was zoomed or came from an incident. */
export const PRESETS = ['24h', '7d', '30d', '90d', 'all'] as const;
export type Preset = (typeof PRESETS)[number];
export type Range = { preset: Preset } | { from: number; to: number };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SPAN: Record<Exclude<Preset, 'all'>, number> = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY, '90d': 90 * DAY };

type Get = (key: string) => string | null;

export function parseRange(get: Get): Range | null {
  const from = instant(get('from'));
  const to = instant(get('to'));
  if (from !== null && to !== null && to > from) return { from, to };
  const preset = get('range');
  return PRESETS.includes(preset as Preset) ? { preset: preset as Preset } : null;
}

export function rangeParams(range: Range): Record<'range' | 'from' | 'to', string | null> {
  return 'preset' in range
    ? { range: range.preset, from: null, to: null }
    : { range: null, from: iso(range.from), to: iso(range.to) };
}

export const isPreset = (range: Range): range is { preset: Preset } => 'preset' in range;

/** Without a word in the URL: enough windows of the model's own granularity to see a trend. */
export function defaultRange(granularity: '1h' | '1d' | '7d'): Range {
  return { preset: granularity === '1h' ? '7d' : granularity === '1d' ? '90d' : 'all' };
}

/**
 * The range in milliseconds, on whole hours: the same question within the hour is the same cache entry, and the newest
 * window is whole. `first` is the model's first event, for `all`.
 */
export function resolve(range: Range, now: number, first: string | null): { from: number; to: number } {
  if (!isPreset(range)) return range;
  const to = Math.floor(now / HOUR + 1) * HOUR;
  if (range.preset !== 'all') return { from: to - SPAN[range.preset], to };
  const start = first === null ? to - 30 * DAY : Date.parse(first);
  return { from: Math.floor(Math.min(start, to - DAY) / DAY) * DAY, to };
}

export const STEP: Record<'1h' | '1d' | '7d', number> = { '1h': HOUR, '1d': DAY, '7d': 7 * DAY };
export type Step = keyof typeof STEP;

/** Chosen so that a chart has between a handful and a few hundred windows, never finer than the model is computed. */
export function autoGranularity(from: number, to: number, own: Step): Step {
  const span = to - from;
  const fitting: Step = span <= 10 * DAY ? '1h' : span <= 400 * DAY ? '1d' : '7d';
  return STEP[fitting] < STEP[own] && span > STEP[own] ? own : fitting;
}

export function parseGranularity(raw: string | null): Step | 'auto' {
  return raw === '1h' || raw === '1d' || raw === '7d' ? raw : 'auto';
}

/** The server refuses more than 10,000 windows; say it before asking. */
export const tooFine = (from: number, to: number, step: Granularity): boolean =>
  step !== 'all' && (to - from) / STEP[step] > 10_000;

function instant(raw: string | null): number | null {
  if (!raw) return null;
  const ms = /^\d{10,}$/.test(raw) ? Number(raw) : Date.parse(raw);
  return Number.isFinite(ms) ? ms : null;
}
const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
