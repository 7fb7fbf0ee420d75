import { type Evidence, membersOf } from '@plumbline/contracts';
import { slicesOf, subjectsOf, together } from './problem.js';
import { featureOf } from './sources.js';

/** What follows from too few rows. A silence of its own is only what watches silence. */
const FROM_SILENCE = ['drift', 'skew', 'performance', 'latency', 'missing', 'label_coverage', 'schema'];
const FROM_SCHEMA = ['drift', 'skew', 'missing'];
const BREAKS = ['vanished', 'type_changed'];

/** Pure: whether no or too few predictions come. */
const isSilence = (e: Evidence): boolean =>
  e.kind === 'freshness' ||
  (e.kind === 'volume' &&
    e.findings.some(
      (f) => f.state === 'bad' && f.value !== null && f.value < (f.baseline ?? Number.NEGATIVE_INFINITY),
    ));

/** Features that vanished or changed their type. */
const broken = (e: Evidence): Set<string> =>
  new Set(
    e.kind === 'schema'
      ? e.findings
          .filter((f) => f.state === 'bad')
          .flatMap(membersOf)
          .filter((f) => BREAKS.includes(String(f.details?.change)))
          .map(featureOf)
      : [],
  );

/** A cause that is about some slice explains nothing outside of it. */
const covers = (cause: Evidence, effect: Evidence): boolean => {
  const where = slicesOf(cause);
  return where.size === 0 || [...slicesOf(effect)].some((s) => where.has(s));
};

/**
 * Pure: why what was found follows from something else that is wrong already, or null. No volume silences whatever is computed from
 * rows; a schema break silences drift and missing values of the features that it broke, and takes in the fall of the metric that came with it.
 */
export function followsFrom(cause: Evidence, effect: Evidence): string | null {
  if (cause.monitor_id === effect.monitor_id || !covers(cause, effect)) return null;
  if (isSilence(cause) && FROM_SILENCE.includes(effect.kind) && !isSilence(effect))
    return `${cause.monitor}: ${cause.headline}`;
  const gone = broken(cause);
  if (gone.size === 0) return null;
  const subjects = [...subjectsOf([effect])];
  if (FROM_SCHEMA.includes(effect.kind) && subjects.length > 0 && subjects.every((s) => gone.has(s)))
    return `${cause.monitor}: ${cause.headline}`;
  return effect.kind === 'performance' && together(cause, effect) ? `${cause.monitor}: ${cause.headline}` : null;
}
