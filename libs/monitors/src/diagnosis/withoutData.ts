import { durationMs, type MonitorBody } from '@plumbline/contracts';
import { KNOWN_MIN } from '../threshold.js';
import { show } from '../words.js';
import { offsetFor, type Problem, type Seen, told } from './problem.js';

/** Share of the looks without data from which that is the monitor's problem. */
const MOSTLY = 0.5;
/** Rows that a window should have, as a multiple of those that are needed at least. */
const ROOM = 1.5;
const WINDOW_MAX = '90d';

type Reason = 'calibrating' | 'not_live' | 'no_reference' | 'labels_late' | 'too_few_rows' | 'no_data';
/** What a kind says when it cannot judge, and what that means; the first that fits counts. */
const REASONS: [RegExp, Reason][] = [
  [/threshold is not found yet/, 'calibrating'],
  [/Only events from the past/, 'not_live'],
  [/no reference|no training set|nothing to compare|contract says nothing/i, 'no_reference'],
  [/of the labels have come/, 'labels_late'],
  [/are needed|too few/, 'too_few_rows'],
];

/** Reasons that do not pass by waiting: one look tells. */
const AT_ONCE: Reason[] = ['not_live', 'no_reference'];

/** Pure: why a look had nothing to judge. */
export const reasonOf = (message: string): Reason => REASONS.find(([text]) => text.test(message))?.[1] ?? 'no_data';

/** What keeps a monitor from judging in most of its looks. */
export function withoutData(body: MonitorBody, seen: Seen): Problem[] {
  const none = seen.looks.filter((l) => l.verdict === 'no_data');
  if (seen.looks.length === 0 || none.length < MOSTLY * seen.looks.length) return [];
  const counts = new Map<Reason, number>();
  for (const { message } of none) counts.set(reasonOf(message), (counts.get(reasonOf(message)) ?? 0) + 1);
  const [reason] = [...counts].sort(([, a], [, b]) => b - a)[0]!;
  if (seen.looks.length < KNOWN_MIN && !AT_ONCE.includes(reason)) return [];
  const said = none.filter((l) => reasonOf(l.message) === reason);
  const often = `${none.length} of ${seen.looks.length} looks had nothing to judge`;
  switch (reason) {
    case 'calibrating':
      return [told(reason, 'info', `Its threshold is not found yet: ${often}.`, 'Wait, or upload older events.')];
    case 'not_live':
      return [
        told(reason, 'info', 'Only events from the past have come so far.', 'It starts with the first live event.'),
      ];
    case 'no_reference':
      return [
        told(
          reason,
          'warning',
          `${often}: there is nothing to compare with.`,
          `Upload a reference: POST /v1/models/${body.model}/references.`,
        ),
      ];
    case 'labels_late':
      return [labelsLate(seen, often)];
    case 'too_few_rows':
      return [tooFew(body, said, often)];
    case 'no_data':
      return [told(reason, 'warning', `${often}: ${said.at(-1)!.message}`, 'Send predictions, or switch it off.')];
  }
}

function labelsLate({ labelsAfterMs }: Seen, often: string): Problem {
  const message = `${often}: the labels come after it looked.`;
  if (!labelsAfterMs)
    return told('labels_late', 'warning', message, 'Look at the estimate meanwhile, or ask for a lower min_coverage.');
  const offset = offsetFor(labelsAfterMs);
  return told('labels_late', 'warning', message, `Look ${offset} later, when they are there.`, { offset });
}

function tooFew(body: MonitorBody, said: Seen['looks'], often: string): Problem {
  const needed = Number(/(\d[\d,]*) are needed/.exec(said.at(-1)!.message)?.[1]?.replaceAll(',', '') ?? Number.NaN);
  const sizes = said.flatMap((l) => (l.n === null ? [] : [l.n])).sort((a, b) => a - b);
  const usual = sizes[sizes.length >> 1] ?? 0;
  const message = `${often}: a window has about ${show(usual)} rows${Number.isNaN(needed) ? '' : `, ${show(needed)} are needed`}.`;
  const longer = usual > 0 ? durationMs(body.window) * ((ROOM * needed) / usual) : Number.NaN;
  if (Number.isNaN(longer) || longer > durationMs(WINDOW_MAX))
    return told('too_few_rows', 'warning', message, 'Ask for fewer (min_samples), or watch a larger slice.');
  const window = offsetFor(longer);
  return told('too_few_rows', 'warning', message, `Judge ${window} at a time.`, { window });
}
