import { durationMs, type MonitorBody, PlumblineError } from '@plumbline/contracts';
import { FANNED, GROUPED } from './fanOut.js';
import { SCHEMA_MEASURES } from './kinds/contract.js';

const SPAN_MS_MAX = 400 * 86_400_000;
const KINDS_WITH_GROUPS: string[] = [...GROUPED, ...FANNED];

/** Refuses what could never be evaluated, with what to change. */
export function assertMonitor(body: MonitorBody): void {
  if (body.per.length > 0 && !KINDS_WITH_GROUPS.includes(body.kind))
    throw new PlumblineError(
      'invalid_request',
      `'per' fans out what is computed from the rows of a window; a ${body.kind} monitor looks at the model as a whole.`,
      { errors: [{ path: 'per', message: 'not for this kind' }] },
    );
  if (
    body.kind === 'schema' &&
    !([undefined, ...SCHEMA_MEASURES] as (string | undefined)[]).includes(body.target.measure)
  )
    throw new PlumblineError('invalid_request', `A schema monitor looks at one of ${SCHEMA_MEASURES.join(', ')}.`, {
      errors: [{ path: 'target.measure', message: 'not for this kind' }],
    });
  if (body.compare?.to === 'threshold' && !body.condition)
    throw new PlumblineError(
      'invalid_request',
      `compare.to 'threshold' needs a condition such as {"op": "lt", "value": 0.9}.`,
      { errors: [{ path: 'condition', message: 'is missing' }] },
    );
  if (body.kind !== 'drift' && (body.compare?.to === 'trailing' || body.compare?.range))
    throw new PlumblineError(
      'invalid_request',
      `A trailing reference and a fixed range are for drift; a ${body.kind} monitor is compared to a threshold, reference, previous or version.`,
      { errors: [{ path: 'compare', message: 'not for this kind' }] },
    );
  if (body.compare?.range && body.compare.to !== 'reference')
    throw new PlumblineError('invalid_request', `compare.range is a reference: it goes with "to": "reference".`, {
      errors: [{ path: 'compare.range', message: `not with ${body.compare.to}` }],
    });
  const spanMs = body.compare?.span === undefined ? null : durationMs(body.compare.span);
  if (spanMs !== null && (body.compare?.to !== 'trailing' || spanMs < durationMs(body.window) || spanMs > SPAN_MS_MAX))
    throw new PlumblineError(
      'invalid_request',
      `compare.span goes with "to": "trailing"; it is at least one window (${body.window}) and at most 400 days.`,
      { errors: [{ path: 'compare.span', message: 'does not fit' }] },
    );
  if (body.compare?.to === 'version' && body.compare.version === undefined)
    throw new PlumblineError('invalid_request', `compare.to 'version' needs compare.version.`, {
      errors: [{ path: 'compare.version', message: 'is missing' }],
    });
}
